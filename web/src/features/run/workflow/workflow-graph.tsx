import { Handle, MarkerType, Position } from "@xyflow/react";
import type { Edge, Node, NodeProps, NodeTypes } from "@xyflow/react";
import { useMemo } from "react";
import type { CSSProperties, ReactNode } from "react";
import { Link } from "react-router";

import { FlowCanvas } from "@/features/run/flow-canvas";
import { stateOfGroup } from "@/features/run/workflow/workflow-groups";
import { NodeIcon, nodeName, nodeNotes, nodeTime } from "@/features/run/workflow/workflow-list";
import { PARTS, isTaken, rowsOf, waysBetween } from "@/features/run/workflow/workflow-map";
import type { Loop, Way } from "@/features/run/workflow/workflow-map";
import { classNames } from "@/shared/lib/class-names";
import type { NodeState, NodeView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";

const HIGH = 76;
const COLUMNS = 5;
/** Sizes of a step and of what is between two, where there is room and where there is less. */
const SIZES = { roomy: { wide: 168, gap: 32 }, tight: { wide: 138, gap: 22 } } as const;
type Size = (typeof SIZES)[keyof typeof SIZES];
const widthOf = ({ wide, gap }: Size) => COLUMNS * wide + (COLUMNS - 1) * gap;
/** Between two rows there is room for the ways back. */
const ROW_GAP = 62;
/** Above the first row, for the way back from the questions. */
const HEAD = 28;
const PART_GAP = 8;
const GROUP_PADDING = 12;
const GROUP_HEAD = 34;

interface StepData extends Record<string, unknown> {
  view: NodeView;
  to: string;
  chosen: boolean;
  here: boolean;
  active: boolean;
  now: number;
  tight: boolean;
}

interface GroupData extends Record<string, unknown> {
  size: Size;
  nodes: readonly NodeView[];
}

type StepNode = Node<StepData, "step">;
type GroupNode = Node<GroupData, "parts">;

const EDGES: Readonly<Record<NodeState, string>> = {
  pending: "border-line text-ink-soft bg-surface",
  running: "border-accent bg-accent-soft",
  waiting: "border-warn bg-warn-soft",
  done: "border-line-strong/60 bg-surface",
  skipped: "border-dashed border-line-strong/60 text-ink-soft bg-surface",
  failed: "border-bad bg-bad-soft",
};

/** Ways begin and end here; nobody draws any. */
function Ends({ at }: { at: readonly [id: string, type: "source" | "target", position: Position, style?: CSSProperties][] }) {
  return at.map(([id, type, position, style]) => <Handle key={id} id={id} type={type} position={position} isConnectable={false} className="invisible" {...(style ? { style } : {})} />);
}

const STEP_ENDS = [
  ["left", "target", Position.Left],
  ["right", "source", Position.Right],
  ["top-in", "target", Position.Top],
  ["top-out", "source", Position.Top],
  ["bottom-in-near", "target", Position.Bottom, { left: "62%" }],
  ["bottom-in-far", "target", Position.Bottom, { left: "30%" }],
  ["bottom-back", "source", Position.Bottom, { left: "38%" }],
  ["bottom-out", "source", Position.Bottom, { left: "62%" }],
] as const satisfies readonly [string, "source" | "target", Position, CSSProperties?][];

function Step({ data: { view, to, chosen, here, active, now, tight } }: NodeProps<StepNode>) {
  const stopped = !active && (view.state === "running" || view.state === "waiting");
  return (
    <>
      <Ends at={STEP_ENDS} />
      <Link
        to={to}
        replace
        preventScrollReset
        aria-current={here ? "step" : undefined}
        className={classNames(
          "nopan flex size-full flex-col justify-between gap-1 rounded-xl border-[1.5px] py-2 shadow-card transition-colors hover:border-accent",
          tight ? "px-2 text-xs leading-tight" : "px-2.5 text-[0.8125rem] leading-snug",
          EDGES[stopped ? "pending" : view.state],
          chosen && "ring-2 ring-accent ring-offset-2 ring-offset-surface",
        )}
      >
        <span className="flex items-start gap-1.5">
          <NodeIcon state={view.state} stopped={stopped} className="mt-px" />
          <span className={classNames("min-w-0", tight ? "line-clamp-3" : "line-clamp-2", view.state !== "pending" && view.state !== "skipped" && "font-medium")}>{nodeName(view.node)}</span>
        </span>
        <span className="sr-only">, {strings.nodeStates[view.state]}</span>
        <span className="flex justify-between gap-2 text-[0.6875rem] text-ink-soft tabular-nums">
          <span className="truncate">{nodeNotes(view)}</span>
          <span className="shrink-0">{nodeTime(view, active, now)}</span>
        </span>
      </Link>
    </>
  );
}

/** The ends lie where the ways from the row above come down and to the row below go on. */
const groupEnds = ({ wide, gap }: Size): [id: string, type: "source" | "target", position: Position, style: CSSProperties][] => [
  ["top-in", "target", Position.Top, { left: (COLUMNS - 1) * (wide + gap) + wide * 0.62 }],
  ["bottom-out", "source", Position.Bottom, { left: wide / 2 }],
  ["bottom-in-near", "target", Position.Bottom, { left: wide + gap + wide / 2 }],
];

function Parts({ data: { nodes, size } }: NodeProps<GroupNode>) {
  const done = nodes.filter(({ state }) => state === "done").length;
  return (
    <>
      <Ends at={groupEnds(size)} />
      <div className="size-full rounded-2xl border border-line bg-sunken/60 px-3 py-2 text-xs">
        <span className="font-semibold">{nodeName(PARTS)}</span> <span className="text-ink-soft">{canvas.workflow.sideBySide(done, nodes.length)}</span>
      </div>
    </>
  );
}

const NODE_TYPES: NodeTypes = { step: Step, parts: Parts };

interface Layout {
  readonly steps: readonly { readonly view: NodeView; readonly x: number; readonly y: number; readonly width: number }[];
  readonly group: { readonly y: number; readonly height: number; readonly nodes: readonly NodeView[] } | null;
  readonly height: number;
}

/** Rows from left to right; those that run side by side share a box as wide as the picture. */
function layoutOf(nodes: readonly NodeView[], size: Size): Layout {
  const { wide, gap } = size;
  const steps: Layout["steps"][number][] = [];
  let group: Layout["group"] = null;
  let y = HEAD;
  for (const row of rowsOf(nodes)) {
    if (row.phase === "write") {
      const most = Math.min(row.nodes.length, 6);
      const width = (widthOf(size) - 2 * GROUP_PADDING - (most - 1) * PART_GAP) / most;
      for (const [place, view] of row.nodes.entries()) {
        steps.push({ view, x: GROUP_PADDING + (place % most) * (width + PART_GAP), y: y + GROUP_HEAD + Math.floor(place / most) * (HIGH + PART_GAP), width });
      }
      const height = GROUP_HEAD + Math.ceil(row.nodes.length / most) * (HIGH + PART_GAP) - PART_GAP + GROUP_PADDING;
      group = { y, height, nodes: row.nodes };
      y += height + ROW_GAP;
    } else {
      for (const [place, view] of row.nodes.entries()) {
        steps.push({ view, x: (place % COLUMNS) * (wide + gap), y: y + Math.floor(place / COLUMNS) * (HIGH + ROW_GAP), width: wide });
      }
      y += Math.ceil(row.nodes.length / COLUMNS) * (HIGH + ROW_GAP);
    }
  }
  return { steps, group, height: y - ROW_GAP + 4 };
}

/** On which side a way leaves and arrives. */
function endsOf(way: Way, sameRow: boolean): { sourceHandle: string; targetHandle: string; offset: number } {
  switch (way.loop) {
    case "answers":
      return { sourceHandle: "top-out", targetHandle: "top-in", offset: 18 };
    case "replan":
      return { sourceHandle: "bottom-back", targetHandle: "bottom-in-near", offset: 16 };
    case "revise":
      return { sourceHandle: "bottom-back", targetHandle: "bottom-in-far", offset: 40 };
    case "mend":
      return { sourceHandle: "top-out", targetHandle: "bottom-in-near", offset: 16 };
    case undefined:
    default:
      return sameRow ? { sourceHandle: "right", targetHandle: "left", offset: 16 } : { sourceHandle: "bottom-out", targetHandle: "top-in", offset: 16 };
  }
}

interface WorkflowGraphProps {
  nodes: readonly NodeView[];
  active: boolean;
  /** The node that waits for a person. */
  gateNode: string | null;
  chosen: string | null;
  linkTo: (node: string) => string;
  loops: Readonly<Record<Loop, number>>;
  now: number;
  /** Room there is, in pixels. */
  room: number;
  legend: ReactNode;
}

/** The state machine of the run: what is done, what is at work, and how often it went back. */
export function WorkflowGraph({ nodes, active, gateNode, chosen, linkTo, loops, now, room, legend }: WorkflowGraphProps) {
  const size = room < widthOf(SIZES.roomy) * 0.95 ? SIZES.tight : SIZES.roomy;
  const width = widthOf(size);
  const layout = useMemo(() => layoutOf(nodes, size), [nodes, size]);
  const flowNodes = useMemo<Node[]>(() => {
    const steps = layout.steps.map(({ view, x, y, width: own }): StepNode => {
      const here = view.node === gateNode || (active && view.state === "running");
      return { id: view.node, type: "step", position: { x, y }, width: own, height: HIGH, zIndex: 2, data: { view, to: linkTo(view.node), chosen: view.node === chosen, here, active, now, tight: size === SIZES.tight } };
    });
    if (!layout.group) return steps;
    const { y, height, nodes: parts } = layout.group;
    const group: GroupNode = { id: PARTS, type: "parts", position: { x: 0, y }, width, height, zIndex: 0, data: { nodes: parts, size } };
    return [group, ...steps];
  }, [layout, size, width, linkTo, chosen, gateNode, active, now]);

  const edges = useMemo<Edge[]>(() => {
    const parts = layout.group?.nodes ?? [];
    const stateOf = (name: string): NodeState | undefined => (name === PARTS ? (parts.length > 0 ? stateOfGroup(parts) : undefined) : nodes.find(({ node }) => node === name)?.state);
    const standing = (name: string) => {
      const state = stateOf(name);
      const rounds = Math.max(0, ...(name === PARTS ? parts : nodes.filter(({ node }) => node === name)).map((one) => one.rounds));
      return state === undefined ? undefined : { state, rounds };
    };
    const rowOf = (name: string) => layout.steps.find(({ view }) => view.node === name)?.y;
    return waysBetween(nodes.map(({ node }) => node)).map((way): Edge => {
      const { offset, ...ends } = endsOf(way, rowOf(way.from) !== undefined && rowOf(way.from) === rowOf(way.to));
      const times = way.loop ? loops[way.loop] : 0;
      const taken = way.loop ? times > 0 : isTaken(way, standing);
      const colour = way.loop && taken ? "var(--warn)" : taken ? "var(--accent)" : "var(--line-strong)";
      const label = way.loop ? canvas.workflow.loops[way.loop](times) : undefined;
      return {
        id: `${way.from} ${way.to}`,
        source: way.from,
        target: way.to,
        ...ends,
        type: "smoothstep",
        pathOptions: { offset, borderRadius: 10 },
        animated: active && stateOf(way.to) === "running" && !way.loop && taken,
        markerEnd: { type: MarkerType.ArrowClosed, color: colour, width: 16, height: 16 },
        style: { stroke: colour, strokeWidth: taken ? 1.75 : 1.25, opacity: taken ? 1 : 0.6, ...(way.kind === "next" ? {} : { strokeDasharray: "5 4" }) },
        ...(label ? { label, labelBgPadding: [6, 2], labelBgBorderRadius: 6, labelStyle: { fill: times > 0 ? "var(--warn)" : "var(--ink-soft)", fontSize: 11, fontWeight: times > 0 ? 600 : 400 }, labelBgStyle: { fill: "var(--surface)" } } : {}),
        zIndex: 1,
      } as Edge;
    });
  }, [layout, nodes, loops, active]);

  const scale = Math.min(1, room / (width * 1.03));
  return <FlowCanvas label={canvas.workflow.title} nodes={flowNodes} edges={edges} nodeTypes={NODE_TYPES} width={width} height={layout.height} tall={layout.height * scale * 1.03 + 16} legend={legend} />;
}
