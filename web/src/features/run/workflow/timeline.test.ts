import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { barsOf, scaleOf } from "@/features/run/workflow/timeline";
import type { Bar } from "@/features/run/workflow/timeline";
import type { DecisionSet, Gate } from "@/shared/api/types";
import type { NodeView } from "@/shared/live/fold";

function bar(from: number, to: number, kind: Bar["kind"] = "work"): Bar {
  return { node: "planner", kind, iteration: 0, from, to };
}

function record(node: string, iteration: number, from: number, duration: number): DecisionSet["agent_runs"][number] {
  return { step: { node, iteration }, attempt: 1, thinker: { kind: "built_in_rules" }, tokens_total: 0, started_at: new Date(from).toISOString(), duration_ms: duration, ok: true, output: { sha256: "", size: 0 }, signal: {} };
}

describe("the bars of a run", () => {
  it("are its records, what is at work now, and what waits for a person", () => {
    const running: NodeView = { node: "critic_tech", state: "running", rounds: 2, retries: 0, iteration: 1, startedAt: new Date(500).toISOString(), durationMs: 0, summary: null };
    const gate = { id: "input-0", opened_at: new Date(200).toISOString(), decision: { at: new Date(400).toISOString() } } as Gate;
    expect(barsOf([record("planner", 0, 100, 50)], [gate], [running], true, 900)).toEqual([
      { node: "planner", kind: "work", iteration: 0, from: 100, to: 150 },
      { node: "hitl_gate_input", kind: "wait", iteration: 0, from: 200, to: 400 },
      { node: "critic_tech", kind: "running", iteration: 1, from: 500, to: 900 },
    ]);
    // A run that has stopped does not go on in the picture.
    expect(barsOf([], [{ ...gate, decision: null }], [running], false, 900)).toEqual([]);
  });

  it("do not show a node twice whose record is there before its last event", () => {
    const running: NodeView = { node: "planner", state: "running", rounds: 1, retries: 0, iteration: 0, startedAt: new Date(100).toISOString(), durationMs: 0, summary: null };
    expect(barsOf([record("planner", 0, 100, 50)], [], [running], true, 900)).toHaveLength(1);
  });
});

describe("the scale", () => {
  it("shortens a night in which nobody answered, and says so", () => {
    const night = 10 * 3_600_000;
    const { at, gaps, work, whole } = scaleOf([bar(0, 1_000), bar(1_000, night, "wait"), bar(night, night + 1_000)]);
    expect(gaps).toEqual([{ from: 1_000, to: night }]);
    expect([work, whole]).toEqual([2_000, night + 1_000]);
    expect(at(1_000)).toBeCloseTo(1_000 / 2_240);
    expect(at(night + 1_000)).toBe(1);
  });

  it("is empty for a run without bars", () => {
    expect(scaleOf([])).toMatchObject({ gaps: [], work: 0, whole: 0 });
  });

  it("keeps the order of times and stays between both ends", () => {
    const time = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(time, fc.integer({ min: 0, max: 1e6 }), fc.constantFrom<Bar["kind"]>("work", "wait", "running")), { minLength: 1 }), fc.array(time), (bars, times) => {
        const { at } = scaleOf(bars.map(([from, length, kind]) => bar(from, from + length, kind)));
        const places = times.toSorted((a, b) => a - b).map(at);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(places.every((place) => place >= 0 && place <= 1)).toBe(true);
      }),
    );
  });
});
