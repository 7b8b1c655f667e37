/**
 * The state machine as people see it: which node follows which, and how often a run took each way back. Pure. The ways
 * are checked against `statemachine/design.asl.json` by a test.
 */
import type { Gate } from "@/shared/api/types";
import { kindOfGate, sideBySide } from "@/shared/live/fold";
import type { NodeState, NodeView } from "@/shared/live/fold";

/** A way back, by what sends the run there. */
export type Loop = "answers" | "replan" | "revise" | "mend";

export interface Way {
  readonly from: string;
  readonly to: string;
  /** `next` is the usual way, `skip` goes past nodes that are not needed, `loop` goes back. */
  readonly kind: "next" | "skip" | "loop";
  readonly loop?: Loop;
}

/** Stands for the six that write their parts at the same time. */
export const PARTS = "implement";

/** The ways between the nodes. */
export const WAYS: readonly Way[] = [
  { from: "intake_extract", to: "coverage_check", kind: "next" },
  { from: "coverage_check", to: "adaptive_questions", kind: "next" },
  { from: "coverage_check", to: "planner", kind: "skip" },
  { from: "adaptive_questions", to: "hitl_gate_input", kind: "next" },
  { from: "adaptive_questions", to: "planner", kind: "skip" },
  { from: "hitl_gate_input", to: "intake_extract", kind: "loop", loop: "answers" },
  { from: "planner", to: "critic_tech", kind: "next" },
  { from: "critic_tech", to: "critic_cost", kind: "next" },
  { from: "critic_cost", to: "policy_eval", kind: "next" },
  { from: "policy_eval", to: "hitl_gate_final", kind: "next" },
  { from: "policy_eval", to: "planner", kind: "loop", loop: "replan" },
  { from: "hitl_gate_final", to: PARTS, kind: "next" },
  { from: "hitl_gate_final", to: "planner", kind: "loop", loop: "revise" },
  { from: PARTS, to: "codegen", kind: "next" },
  { from: "codegen", to: "validators", kind: "next" },
  { from: "validators", to: "critic_implementation", kind: "next" },
  { from: "validators", to: PARTS, kind: "loop", loop: "mend" },
  { from: "critic_implementation", to: "rationale_compile", kind: "next" },
  { from: "rationale_compile", to: "diff_and_persist", kind: "next" },
];

export type Phase = "understand" | "design" | "write" | "finish";

/** The rows of the picture. A node that no row names, of a newer server, stands in the last one. */
const PHASES: readonly { readonly phase: Phase; readonly nodes: readonly string[] }[] = [
  { phase: "understand", nodes: ["intake_extract", "coverage_check", "adaptive_questions", "hitl_gate_input"] },
  { phase: "design", nodes: ["planner", "critic_tech", "critic_cost", "policy_eval", "hitl_gate_final"] },
  { phase: "write", nodes: [PARTS] },
  { phase: "finish", nodes: ["codegen", "validators", "critic_implementation", "rationale_compile", "diff_and_persist"] },
];

export interface Row {
  readonly phase: Phase;
  readonly nodes: readonly NodeView[];
}

function familyOf(node: string): string {
  return sideBySide(node) ?? node;
}

/** The nodes of a run in the rows of the picture; rows without a node are left out. */
export function rowsOf(nodes: readonly NodeView[]): Row[] {
  const place = (node: NodeView) => {
    const found = PHASES.findIndex((row) => row.nodes.includes(familyOf(node.node)));
    return found < 0 ? PHASES.length - 1 : found;
  };
  return PHASES.map(({ phase }, row) => ({ phase, nodes: nodes.filter((node) => place(node) === row) })).filter((row) => row.nodes.length > 0);
}

/** The ways between the nodes that the run has: where one is missing, its neighbours are joined. */
export function waysBetween(present: readonly string[]): Way[] {
  const there = new Set(present.map(familyOf));
  let ways: Way[] = [...WAYS];
  for (const missing of new Set(WAYS.flatMap(({ from, to }) => [from, to]))) {
    if (there.has(missing)) continue;
    const before = ways.filter(({ to, kind }) => to === missing && kind !== "loop");
    const after = ways.filter(({ from, kind }) => from === missing && kind !== "loop");
    const joined = before.flatMap(({ from, kind }) => after.map((way): Way => ({ from, to: way.to, kind: kind === "next" && way.kind === "next" ? "next" : "skip" })));
    ways = ways.filter(({ from, to }) => from !== missing && to !== missing);
    for (const way of joined) if (!ways.some(({ from, to }) => from === way.from && to === way.to)) ways.push(way);
  }
  return ways;
}

/** How often the run took each way back. */
export function loopsTaken(nodes: readonly NodeView[], gates: readonly Gate[]): Readonly<Record<Loop, number>> {
  const again = (name: string) => Math.max(0, (nodes.find(({ node }) => node === name)?.rounds ?? 0) - 1);
  const revise = gates.filter(({ id, decision }) => kindOfGate(id) === "final" && decision?.decision === "revise").length;
  return {
    answers: again("intake_extract"),
    revise,
    // Whatever else sent the run back to the planner were findings; a revision that has only just been asked for counts already.
    replan: Math.max(0, again("planner") - revise),
    mend: again("validators"),
  };
}

interface Standing {
  readonly state: NodeState;
  readonly rounds: number;
}

/** Whether the run has gone along a way that leads on. */
export function isTaken(way: Way, standing: (node: string) => Standing | undefined): boolean {
  const rounds = (node: string) => standing(node)?.rounds ?? 0;
  const begun = (node: string) => rounds(node) > 0 && standing(node)?.state !== "pending";
  if (!begun(way.from) || !begun(way.to)) return false;
  if (way.kind !== "skip") return true;
  // It went past what usually comes next when that had fewer rounds.
  const usual = WAYS.find(({ from, kind }) => from === way.from && kind === "next");
  return usual === undefined || rounds(way.from) > rounds(usual.to);
}
