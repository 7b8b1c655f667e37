import { Handle, MarkerType, Position } from "@xyflow/react";
import type { Edge, Node, NodeProps, NodeTypes } from "@xyflow/react";
import { Database, TriangleAlert, Users } from "lucide-react";
import { useMemo } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { CALLERS, SOURCES, placesOf } from "@/features/run/plan/architecture-map";
import type { Component, Flow, FlowKind, Place } from "@/features/run/plan/architecture-map";
import { FlowCanvas } from "@/features/run/flow-canvas";
import { classNames } from "@/shared/lib/class-names";
import { usd, words } from "@/shared/lib/format";
import { canvas } from "@/shared/strings-canvas";

const HIGH = 104;
/** Sizes where there is room and where there is less: a part, what is between two, and what comes from outside. */
const SIZES = { roomy: { wide: 216, gap: 44, outside: 136 }, tight: { wide: 172, gap: 26, outside: 132 } } as const;
type Size = (typeof SIZES)[keyof typeof SIZES];
/** From here on the parts stand in rows; below, one under the other. */
const ROWS_FROM = 680;
const ROOMY_FROM = 960;
const STACK_GAP = 14;
const ROW_GAP = 76;
const OUTSIDE_HIGH = 44;
/** On a narrow page the parts stand one below the other, with room for the ways past them. */
const SIDE = 46;
const STEP_GAP = 34;

/** What the picture says of a part beside its name. */
export interface PartFacts {
  readonly component: Component;
  readonly monthly: number | null;
  /** Findings that are worse than a remark. */
  readonly warnings: number;
  readonly failed: boolean;
}

interface PartData extends Record<string, unknown> {
  facts: PartFacts;
  to: string;
  chosen: boolean;
  faded: boolean;
}

interface OutsideData extends Record<string, unknown> {
  kind: typeof SOURCES | typeof CALLERS;
  note: string | null;
  faded: boolean;
}

type PartNode = Node<PartData, "part">;
type OutsideNode = Node<OutsideData, "outside">;

/** Four sides, both ways; nobody draws from them. */
function Sides() {
  return (["Left", "Right", "Top", "Bottom"] as const).flatMap((side) =>
    (["source", "target"] as const).map((type) => <Handle key={`${side} ${type}`} id={`${side} ${type}`} type={type} position={Position[side]} isConnectable={false} className="invisible" />),
  );
}

function Part({ data: { facts, to, chosen, faded } }: NodeProps<PartNode>) {
  const { capability, name, services } = facts.component;
  return (
    <>
      <Sides />
      <Link
        to={to}
        replace
        preventScrollReset
        aria-current={chosen ? "true" : undefined}
        className={classNames(
          "nopan flex size-full flex-col gap-0.5 rounded-xl border-[1.5px] border-line-strong/60 bg-surface px-3 py-2 shadow-card transition-colors hover:border-accent",
          chosen && "border-accent ring-2 ring-accent ring-offset-2 ring-offset-surface",
          faded && "border-dashed bg-sunken shadow-none",
        )}
      >
        <span className="flex items-center justify-between gap-2 text-[0.6875rem] whitespace-nowrap">
          <span className="font-semibold tracking-wide text-accent uppercase">{words(capability)}</span>
          {facts.monthly === null ? null : <span className="text-ink-soft tabular-nums">{canvas.architecture.monthly(usd(facts.monthly))}</span>}
        </span>
        <span className="line-clamp-2 text-[0.8125rem] leading-snug font-medium">{name}</span>
        <span className="mt-auto flex items-center justify-between gap-2 text-[0.6875rem] text-ink-soft">
          <span className="truncate">{services.join(", ")}</span>
          {facts.warnings > 0 || facts.failed ? (
            <span className={classNames("flex shrink-0 items-center gap-1 font-medium", facts.failed ? "text-bad" : "text-warn")}>
              <TriangleAlert className="size-3" aria-hidden />
              {canvas.architecture.points(facts.warnings)}
            </span>
          ) : null}
        </span>
      </Link>
    </>
  );
}

function Outside({ data: { kind, note, faded } }: NodeProps<OutsideNode>) {
  const Icon = kind === CALLERS ? Users : Database;
  return (
    <>
      <Sides />
      <div className={classNames("flex size-full items-center gap-2 rounded-full border border-dashed border-line-strong bg-sunken px-3 text-xs leading-tight", faded && "border-line")}>
        <Icon className="size-4 shrink-0 text-ink-soft" aria-hidden />
        <span className="min-w-0">
          {canvas.architecture.outside[kind === CALLERS ? "callers" : "sources"]}
          {note ? <span className="block truncate text-[0.6875rem] text-ink-soft tabular-nums">{note}</span> : null}
        </span>
      </div>
    </>
  );
}

const NODE_TYPES: NodeTypes = { part: Part, outside: Outside };

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Layout {
  readonly spots: ReadonlyMap<string, Spot>;
  readonly width: number;
  readonly height: number;
}

const isOutside = (id: string) => id === SOURCES || id === CALLERS;

/** Two rows; what comes from outside stands left of them or below. */
function inRows(places: readonly Place[], { wide, gap, outside }: Size): Layout {
  const left = places.some(({ column }) => column < 0) ? outside + gap : 0;
  const stacks = (row: number) => Math.max(1, ...places.filter((place) => place.row === row && !isOutside(place.id)).map(({ stack }) => stack + 1));
  const heightOf = (row: number) => stacks(row) * (HIGH + STACK_GAP) - STACK_GAP;
  const tops = [0, heightOf(0) + ROW_GAP, heightOf(0) + ROW_GAP + heightOf(1) + 44];
  const spots = new Map<string, Spot>();
  for (const { id, row, column, stack } of places) {
    const top = tops[row] ?? 0;
    if (isOutside(id)) {
      const x = column < 0 ? 0 : left + column * (wide + gap) + (wide - outside) / 2;
      const y = row < 2 ? top + (HIGH - OUTSIDE_HIGH) / 2 + stack * (OUTSIDE_HIGH + STACK_GAP) : top;
      spots.set(id, { x, y, width: outside, height: OUTSIDE_HIGH });
    } else spots.set(id, { x: left + column * (wide + gap), y: top + stack * (HIGH + STACK_GAP), width: wide, height: HIGH });
  }
  return bounded(spots);
}

/** One below the other, in the order of the data's way. */
function inColumn(places: readonly Place[], components: readonly Component[]): Layout {
  const { wide, outside: outsideWide } = SIZES.roomy;
  const order = [...components].map(({ pattern }) => pattern);
  const outside = places.filter(({ id }) => isOutside(id)).map(({ id }) => id);
  const spots = new Map<string, Spot>();
  let y = 0;
  for (const [place, id] of outside.entries()) spots.set(id, { x: SIDE + place * (outsideWide + 10), y: 0, width: outsideWide, height: OUTSIDE_HIGH });
  if (outside.length > 0) y = OUTSIDE_HIGH + STEP_GAP;
  for (const id of order) {
    spots.set(id, { x: SIDE, y, width: wide + 16, height: HIGH });
    y += HIGH + STEP_GAP;
  }
  const { spots: all, width, height } = bounded(spots);
  return { spots: all, width: width + SIDE, height };
}

function bounded(spots: ReadonlyMap<string, Spot>): Layout {
  const all = [...spots.values()];
  return { spots, width: Math.max(...all.map(({ x, width }) => x + width)), height: Math.max(...all.map(({ y, height }) => y + height)) };
}

type Side = "Left" | "Right" | "Top" | "Bottom";

/** The sides at which a way leaves and arrives, so that it crosses no part. */
function sidesOf(from: Spot, to: Spot, narrow: boolean): [Side, Side] {
  if (narrow) {
    const next = to.y > from.y && to.y - (from.y + from.height) <= STEP_GAP;
    return next ? ["Bottom", "Top"] : to.y > from.y ? ["Right", "Right"] : ["Left", "Left"];
  }
  if (from.x === to.x && Math.abs(from.y - to.y) <= HIGH + 44) return from.y < to.y ? ["Bottom", "Top"] : ["Top", "Bottom"];
  const level = from.y < to.y + to.height && to.y < from.y + from.height;
  if (level) {
    const beside = Math.abs(to.x - from.x) <= Math.max(from.width, to.width) * 1.4;
    if (beside) return from.x < to.x ? ["Right", "Left"] : ["Left", "Right"];
    return ["Bottom", "Bottom"];
  }
  return from.y < to.y ? ["Bottom", "Top"] : ["Top", "Bottom"];
}

const LOOKS: Readonly<Record<FlowKind, { colour: string; width: number; dash?: string }>> = {
  path: { colour: "var(--accent)", width: 2 },
  data: { colour: "var(--line-strong)", width: 1.5 },
  watches: { colour: "var(--line-strong)", width: 1.5, dash: "2 4" },
  governs: { colour: "var(--line-strong)", width: 1.5, dash: "7 4" },
};

interface ArchitectureGraphProps {
  parts: readonly PartFacts[];
  flows: readonly Flow[];
  /** What comes from outside, by its id, such as `2,000/s`. */
  notes: Readonly<Record<string, string | null>>;
  chosen: string | null;
  /** Name of the measured path that is shown alone. */
  path: string | null;
  linkTo: (pattern: string) => string;
  /** Room there is, in pixels. */
  room: number;
  legend: ReactNode;
}

/** The chosen design: its parts, and what flows between them. */
export function ArchitectureGraph({ parts, flows, notes, chosen, path, linkTo, room, legend }: ArchitectureGraphProps) {
  const narrow = room < ROWS_FROM;
  const size = room < ROOMY_FROM ? SIZES.tight : SIZES.roomy;
  const layout = useMemo(() => {
    const components = parts.map(({ component }) => component);
    const places = placesOf(components, flows);
    return narrow ? inColumn(places, components) : inRows(places, size);
  }, [parts, flows, narrow, size]);

  const along = useMemo(() => (path === null ? null : new Set(flows.filter(({ paths }) => paths.includes(path)).flatMap(({ from, to }) => [from, to]))), [flows, path]);

  const nodes = useMemo<Node[]>(
    () =>
      [...layout.spots].flatMap(([id, { x, y, width, height }]): Node[] => {
        const faded = along !== null && !along.has(id);
        const common = { id, position: { x, y }, width, height, zIndex: 1 };
        if (id === SOURCES || id === CALLERS) return [{ ...common, type: "outside", data: { kind: id, note: notes[id] ?? null, faded } } satisfies OutsideNode];
        const facts = parts.find(({ component }) => component.pattern === id);
        return facts ? [{ ...common, type: "part", data: { facts, to: linkTo(id), chosen: id === chosen, faded } } satisfies PartNode] : [];
      }),
    [layout, parts, notes, along, chosen, linkTo],
  );

  const edges = useMemo<Edge[]>(
    () =>
      flows.flatMap(({ from, to, kind, paths }, place): Edge[] => {
        const [start, end] = [layout.spots.get(from), layout.spots.get(to)];
        if (!start || !end) return [];
        const [leaves, arrives] = sidesOf(start, end, narrow);
        const look = LOOKS[kind];
        const shown = path === null || paths.includes(path);
        return [
          {
            id: `${from} ${to}`,
            source: from,
            target: to,
            sourceHandle: `${leaves} source`,
            targetHandle: `${arrives} target`,
            type: "smoothstep",
            // Ways in the same lane lie beside each other, not on each other.
            pathOptions: { borderRadius: 12, offset: 14 + (place % 3) * 6, stepPosition: leaves !== arrives && start.x !== end.x && leaves === "Bottom" ? 0.3 + (place % 4) * 0.13 : 0.5 },
            markerEnd: { type: MarkerType.ArrowClosed, color: look.colour, width: 15, height: 15 },
            style: { stroke: look.colour, strokeWidth: look.width, opacity: shown ? 1 : 0.2, ...(look.dash ? { strokeDasharray: look.dash } : {}) },
            zIndex: kind === "path" ? 1 : 0,
          } as Edge,
        ];
      }),
    [flows, layout, narrow, path],
  );

  const scale = Math.min(1, room / (layout.width * 1.03));
  return <FlowCanvas label={canvas.architecture.picture} nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} width={layout.width} height={layout.height} tall={Math.max(200, layout.height * 1.03 * scale + 40)} legend={legend} />;
}
