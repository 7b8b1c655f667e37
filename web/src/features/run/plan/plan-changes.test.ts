import { describe, expect, it } from "vitest";

import { changesOf } from "@/features/run/plan/plan-changes";
import type { DecisionSet } from "@/shared/api/types";

type Plan = NonNullable<DecisionSet["plan"]>;

function plan(...parts: [pattern: string, sizing?: Record<string, string>][]): Plan {
  const components = parts.map(([pattern, sizing = {}]) => ({ capability: pattern.split(".")[0], pattern, name: `The ${pattern}`, sizing }));
  return { selected: "x", candidates: [{ id: "x", components }] } as unknown as Plan;
}

describe("what a plan changes", () => {
  it("is nothing when parts and sizes are the same", () => {
    expect(changesOf(plan(["serve.a", { count: "2" }], ["store.b"]), plan(["store.b"], ["serve.a", { count: "2" }]))).toEqual([]);
  });

  it("is what was exchanged, what came and what went", () => {
    expect(changesOf(plan(["serve.a"], ["store.b"]), plan(["serve.c"], ["feature.d"]))).toEqual([
      { capability: "serve", before: ["The serve.a"], after: ["The serve.c"] },
      { capability: "feature", before: [], after: ["The feature.d"] },
      { capability: "store", before: ["The store.b"], after: [] },
    ]);
  });

  it("is a size, which is named then", () => {
    expect(changesOf(plan(["serve.a", { instance_count: "2" }]), plan(["serve.a", { instance_count: "4" }]))).toEqual([
      { capability: "serve", before: ["The serve.a (instance count 2)"], after: ["The serve.a (instance count 4)"] },
    ]);
  });
});
