import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { PARTS, WAYS, isTaken, loopsTaken, rowsOf, waysBetween } from "@/features/run/workflow/workflow-map";
import type { Gate } from "@/shared/api/types";
import type { NodeView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";

interface AslState {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Branches?: readonly { readonly StartAt: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
}

/** The definition, with something in place of what the template fills in. */
function machine(): { StartAt: string; States: Readonly<Record<string, AslState>> } {
  const text = readFileSync("../statemachine/design.asl.json", "utf8");
  return JSON.parse(text.replaceAll(/([:[,]\s*)\$\{\w+\}/g, "$1 0")) as { StartAt: string; States: Readonly<Record<string, AslState>> };
}

const NODES = new Set(WAYS.flatMap(({ from, to }) => [from, to]));

/** The nodes that come after a state, through whatever is no node: waits, choices and counters. */
function after(states: Readonly<Record<string, AslState>>, name: string, seen = new Set<string>()): Set<string> {
  const state = states[name];
  const found = new Set<string>();
  if (!state) return found;
  // Of the errors only a gate's timer leads on; the others end the run.
  const caught = (state.Catch ?? []).map(({ Next }) => Next).filter((next) => next.endsWith("_timeout"));
  for (const next of [state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next), ...caught]) {
    if (next === undefined || seen.has(next)) continue;
    seen.add(next);
    if (NODES.has(next)) found.add(next);
    else for (const further of after(states, next, seen)) found.add(further);
  }
  return found;
}

function node(name: string, rounds = 1): NodeView {
  return { node: name, state: "done", rounds, retries: 0, iteration: rounds - 1, startedAt: null, durationMs: 0, summary: null };
}

/** Where the run went past what usually comes next. */
function shortcuts(rounds: Record<string, number>): string[] {
  const standing = (name: string) => (rounds[name] ? { state: "done" as const, rounds: rounds[name] } : undefined);
  return WAYS.filter((way) => way.kind === "skip" && isTaken(way, standing)).map(({ from }) => from);
}

describe("the picture of the workflow", () => {
  it("has the ways of the state machine, no more and no fewer", () => {
    const { States } = machine();
    const real = [...NODES].flatMap((from) => [...after(States, from)].map((to) => `${from} → ${to}`));
    expect(WAYS.map(({ from, to }) => `${from} → ${to}`).toSorted()).toEqual(real.toSorted());
  });

  it("names every node that does work", () => {
    const { States } = machine();
    const inner = new Set(["input_gate", "final_gate", "run_end"].flatMap((start) => Object.keys(States).filter((name) => name.startsWith(start))));
    const working = Object.entries(States).filter(([name, { Type }]) => (Type === "Task" || Type === "Parallel") && !inner.has(name));
    expect(working.map(([name]) => name).toSorted()).toEqual([...NODES].toSorted());
    for (const name of NODES) expect(strings.nodes[name]).toBeDefined();
  });

  it("goes on along the order of the rows", () => {
    const order = rowsOf([...NODES].map((name) => node(name === PARTS ? "implement_training" : name))).flatMap(({ nodes }) => nodes.map((one) => (one.node.startsWith(PARTS) ? PARTS : one.node)));
    for (const { from, to, kind } of WAYS) expect(order.indexOf(from) < order.indexOf(to)).toBe(kind !== "loop");
  });

  it("joins what is beside a node that a run does not have", () => {
    const without = [...NODES].filter((name) => name !== PARTS && name !== "critic_implementation");
    const ways = waysBetween(without);
    expect(ways).toContainEqual({ from: "hitl_gate_final", to: "codegen", kind: "next" });
    expect(ways).toContainEqual({ from: "validators", to: "rationale_compile", kind: "next" });
    expect(ways.filter(({ from, to }) => !without.includes(from) || !without.includes(to))).toEqual([]);
  });

  it("keeps a node that it does not know", () => {
    expect(rowsOf([node("planner"), node("a_new_one")]).map(({ phase, nodes }) => [phase, nodes.length])).toEqual([
      ["design", 1],
      ["finish", 1],
    ]);
  });

  it("tells a way past a node from the way through it", () => {
    expect(shortcuts({ coverage_check: 2, adaptive_questions: 1, hitl_gate_input: 1, planner: 1 })).toEqual(["coverage_check"]);
    expect(shortcuts({ coverage_check: 2, adaptive_questions: 2, hitl_gate_input: 1, planner: 1 })).toEqual(["adaptive_questions"]);
    expect(shortcuts({ coverage_check: 1 })).toEqual([]);
  });

  it("counts each way back once", () => {
    const gate = { id: "final-0", decision: { decision: "revise" } } as Gate;
    const taken = loopsTaken([node("intake_extract", 2), node("planner", 4), node("validators", 2)], [gate]);
    expect(taken).toEqual({ answers: 1, replan: 2, revise: 1, mend: 1 });
    expect(loopsTaken([], [])).toEqual({ answers: 0, replan: 0, revise: 0, mend: 0 });
  });
});
