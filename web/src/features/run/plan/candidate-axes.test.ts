import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { axesOf, heightOn } from "@/features/run/plan/candidate-axes";
import type { Figures } from "@/features/run/plan/candidate-axes";

const NONE: Figures = { score: null, cost: null, latency: null, operations: null, risk: null, availability: null };

const costing = (all: readonly number[]) => all.map((cost) => ({ ...NONE, cost }));

describe("parallel axes", () => {
  it("put the best value at the top, whichever way is better", () => {
    const axes = axesOf([{ ...NONE, score: 0.8, cost: 100 }, { ...NONE, score: 0.6, cost: 50 }], []);
    expect(axes.map(({ name }) => name)).toEqual(["score", "cost"]);
    const [score, cost] = axes;
    expect(score && heightOn(score, 0.8)).toBe(1);
    expect(cost && heightOn(cost, 50)).toBe(1);
    expect(cost && heightOn(cost, 100)).toBe(0);
  });

  it("leave out what no candidate has, and put one value in the middle", () => {
    const [only] = axesOf([{ ...NONE, risk: 0.2 }], [{ ...NONE, latency: 5 }]);
    expect(only).toEqual({ name: "risk", best: 0.2, worst: 0.2 });
    expect(only && heightOn(only, 0.2)).toBe(0.5);
  });

  it("hold every value between their ends", () => {
    const value = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.array(value), (candidates, others) => {
        const [axis] = axesOf(costing(candidates), costing(others));
        for (const cost of [...candidates, ...others]) {
          const height = axis ? heightOn(axis, cost) : -1;
          expect(height).toBeGreaterThanOrEqual(0);
          expect(height).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
