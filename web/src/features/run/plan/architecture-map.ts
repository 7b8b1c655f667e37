/** The chosen design as parts and flows between them, and where each part stands in the picture. Pure. */
import type { CostReview, DecisionSet, Finding } from "@/shared/api/types";

type Plan = NonNullable<DecisionSet["plan"]>;
export type Component = Plan["candidates"][number]["components"][number];
type Capability = Component["capability"];
export type TechReview = NonNullable<DecisionSet["tech_review"]>;
export type PathBudget = NonNullable<TechReview["paths"]>[number];

/** `path` is a flow that the technical critic measured; `data` follows from what the parts are for. */
export type FlowKind = "path" | "data" | "watches" | "governs";

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly kind: FlowKind;
  /** Names of the measured paths along it. */
  readonly paths: readonly string[];
}

/** Where data and requests come from; no part of the design. */
export const SOURCES = "@sources";
export const CALLERS = "@callers";

/** Who takes in what a part hands on; what stands behind a part that the design does not have takes its place. */
const FEEDS: Readonly<Record<Capability, readonly Capability[]>> = {
  ingest: ["transform"],
  transform: ["store"],
  store: ["feature"],
  feature: ["train", "serve"],
  train: ["serve"],
  serve: [],
  observe: [],
  govern: [],
};

function targets(from: Capability, present: ReadonlySet<Capability>): Capability[] {
  return FEEDS[from].flatMap((to) => (present.has(to) ? [to] : targets(to, present)));
}

/** The flows of a design: those of the measured paths, and the data's way between the parts. */
export function flowsOf(components: readonly Component[], paths: readonly PathBudget[]): Flow[] {
  const flows = new Map<string, Flow>();
  const known = new Set(components.map(({ pattern }) => pattern));
  const add = (from: string, to: string, kind: FlowKind, path?: string) => {
    if (from === to) return;
    const id = `${from} ${to}`;
    const there = flows.get(id);
    const along = [...(there?.paths ?? []), ...(path && !there?.paths.includes(path) ? [path] : [])];
    flows.set(id, { from, to, kind: there?.kind ?? kind, paths: along });
  };
  const first = (capability: Capability) => components.filter((component) => component.capability === capability);
  const present = new Set(components.map(({ capability }) => capability));
  for (const { name, stages } of paths) {
    const way = stages.map(({ pattern }) => pattern).filter((pattern) => known.has(pattern));
    const [entry] = way;
    if (entry === undefined) continue;
    // Training and scoring begin on a schedule; nobody calls them.
    if (name === "request" || name === "event") add(CALLERS, entry, "path", name);
    if (name === "ingest") add(SOURCES, entry, "path", name);
    for (const [place, to] of way.slice(1).entries()) add(way[place] ?? to, to, "path", name);
  }
  for (const { pattern, capability } of components) {
    for (const to of new Set(targets(capability, present))) for (const next of first(to)) add(pattern, next.pattern, "data");
  }
  // What watches and governs hangs on serving, or on training where nothing is served.
  const centre = first("serve").length > 0 ? first("serve") : first("train");
  for (const { pattern } of first("observe")) for (const served of centre) add(served.pattern, pattern, "watches");
  for (const { pattern } of first("govern")) for (const governed of [...first("train"), ...(present.has("train") ? [] : centre)]) add(pattern, governed.pattern, "governs");
  if (present.has("ingest") && ![...flows.values()].some(({ from }) => from === SOURCES)) for (const { pattern } of first("ingest")) add(SOURCES, pattern, "data");
  return [...flows.values()];
}

export interface Place {
  readonly id: string;
  /** From the top: 0 is the data's row, 1 the model's, 2 whoever calls. */
  readonly row: number;
  /** From the left: -1 is what comes from outside. */
  readonly column: number;
  /** Below others of the same capability. */
  readonly stack: number;
}

const ROWS: readonly (readonly Capability[])[] = [
  ["ingest", "transform", "store", "feature"],
  ["govern", "train", "serve", "observe"],
];

/** Two rows: the data's way, and below it the model's; a capability that is missing leaves no hole. */
export function placesOf(components: readonly Component[], flows: readonly Flow[]): Place[] {
  const places: Place[] = [];
  const widest = Math.max(...ROWS.map((row) => row.filter((capability) => components.some((component) => component.capability === capability)).length));
  for (const [row, capabilities] of ROWS.entries()) {
    const present = capabilities.filter((capability) => components.some((component) => component.capability === capability));
    // The lower row ends where the upper one ends, so that the ways between them stay short.
    const shift = row === 0 ? 0 : widest - present.length;
    for (const [column, capability] of present.entries()) {
      const here = components.filter((component) => component.capability === capability);
      for (const [stack, { pattern }] of here.entries()) places.push({ id: pattern, row, column: column + shift, stack });
    }
  }
  for (const outside of [SOURCES, CALLERS]) {
    const entry = flows.find(({ from }) => from === outside)?.to;
    const at = places.find(({ id }) => id === entry);
    if (!at) continue;
    const left = at.row === 0 && at.column === 0;
    const taken = places.some(({ column, row }) => column === -1 && row === 0);
    places.push(left && !taken ? { id: outside, row: 0, column: -1, stack: 0 } : left ? { id: outside, row: 0, column: -1, stack: 1 } : { id: outside, row: 2, column: at.column, stack: 0 });
  }
  return places;
}

/** Expected, low and high dollars of a part, from the review or, before there is one, from the estimate's lines. */
export function costOf(pattern: string, review: CostReview | null | undefined, lines: CostReview["estimate"]["lines"]): { low: number; expected: number; high: number; share: number | null } {
  const own = review?.components?.find((component) => component.pattern === pattern);
  if (own) return { low: own.low_usd, expected: own.expected_usd, high: own.high_usd, share: own.share };
  const sum = lines.filter((line) => line.pattern === pattern).reduce((all, line) => all + line.monthly_usd, 0);
  return { low: sum, expected: sum, high: sum, share: null };
}

/** The findings about a part, the worst first. */
export function findingsOf(pattern: string, { tech_review: tech, cost_review: cost }: Pick<DecisionSet, "tech_review" | "cost_review">): Finding[] {
  const order = ["blocking", "major", "minor", "info"];
  return [...(tech?.findings ?? []), ...(cost?.findings ?? [])].filter(({ patterns }) => patterns.includes(pattern)).toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}
