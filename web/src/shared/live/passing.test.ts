import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { NO_THOUGHTS, THOUGHTS_LIMIT, THOUGHT_LIMIT, withDelta, withoutStep } from "@/shared/live/passing";
import type { ReasoningDelta, Thoughts } from "@/shared/live/passing";

function delta(text: string, changes: Partial<ReasoningDelta> = {}): ReasoningDelta {
  return { kind: "reasoning_delta", decision_set_id: "ds_x", step: { node: "planner", iteration: 0 }, text, again: false, ...changes };
}

const texts = (thoughts: Thoughts) => [...thoughts.values()].map(({ node, iteration, text }) => `${node} ${iteration}: ${text}`);

describe("what a model says", () => {
  it("is put together by step and round", () => {
    const said = [delta("Batch "), delta("or "), delta("x", { step: { node: "planner", iteration: 1 } }), delta("endpoint?")].reduce(withDelta, NO_THOUGHTS);
    expect(texts(said)).toEqual(["planner 0: Batch or endpoint?", "planner 1: x"]);
  });

  it("begins anew when the model does", () => {
    const said = [delta("wrong"), delta("right", { again: true }), delta("!")].reduce(withDelta, NO_THOUGHTS);
    expect(texts(said)).toEqual(["planner 0: right!"]);
    expect(texts(withDelta(said, delta("", { again: true })))).toEqual([]);
  });

  it("is gone with the stored card, and only of that step", () => {
    const said = [delta("a"), delta("b", { step: { node: "critic_tech", iteration: 0 } })].reduce(withDelta, NO_THOUGHTS);
    expect(texts(withoutStep(said, { node: "planner", iteration: 0 }))).toEqual(["critic_tech 0: b"]);
    expect(withoutStep(said, { node: "planner", iteration: 1 })).toBe(said);
  });

  it("keeps the end of it, in whole characters and bounded memory", () => {
    const piece = fc.record({ text: fc.string({ unit: "grapheme", maxLength: 3_000 }), iteration: fc.nat({ max: 30 }), again: fc.boolean() });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const said = pieces.map(({ text, iteration, again }) => delta(text, { step: { node: "planner", iteration }, again })).reduce(withDelta, NO_THOUGHTS);
        expect(said.size).toBeLessThanOrEqual(THOUGHTS_LIMIT);
        for (const { text, iteration, cut } of said.values()) {
          expect(text.length).toBeLessThanOrEqual(THOUGHT_LIMIT);
          // A half character cannot be written as UTF-8.
          expect(new TextDecoder().decode(new TextEncoder().encode(text))).toBe(text);
          const last = pieces.findLastIndex((one) => one.iteration === iteration && one.again);
          const all = pieces.flatMap((one, place) => (one.iteration === iteration && place >= last ? [one.text] : [])).join("");
          expect(cut || all.endsWith(text)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("says when its beginning is gone", () => {
    expect(withDelta(NO_THOUGHTS, delta("a".repeat(THOUGHT_LIMIT))).values().next().value?.cut).toBe(false);
    const long = withDelta(NO_THOUGHTS, delta(`😀${"a".repeat(THOUGHT_LIMIT - 1)}`)).values().next().value;
    expect([long?.cut, long?.text.length]).toEqual([true, THOUGHT_LIMIT - 1]);
  });
});
