import { describe, expect, it } from "vitest";

import { groupsOf, stateOfGroup } from "@/features/run/workflow/workflow-groups";
import type { NodeState, NodeView } from "@/shared/live/fold";

function node(name: string, state: NodeState = "pending"): NodeView {
  return { node: name, state, rounds: 0, retries: 0, iteration: 0, startedAt: null, durationMs: 0, summary: null };
}

describe("steps side by side", () => {
  it("are one group between the steps before and after", () => {
    const groups = groupsOf(["planner", "implement_ingestion", "implement_training", "codegen"].map((name) => node(name)));
    expect(groups.map((group) => (group.kind === "group" ? group.nodes.map((one) => one.node) : group.node.node))).toEqual([
      "planner",
      ["implement_ingestion", "implement_training"],
      "codegen",
    ]);
  });

  it.each<[NodeState[], NodeState]>([
    [["pending", "pending"], "pending"],
    [["pending", "running"], "running"],
    [["done", "pending"], "running"],
    [["done", "skipped"], "done"],
    [["skipped", "skipped"], "skipped"],
    [["done", "failed"], "failed"],
  ])("%j are %s as a whole", (states, whole) => {
    expect(stateOfGroup(states.map((state) => node("implement_x", state)))).toBe(whole);
  });
});
