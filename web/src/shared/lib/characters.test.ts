import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { characterCount, markSpans } from "@/shared/lib/characters";

describe("marking", () => {
  it("counts Unicode scalar values, not UTF-16 units", () => {
    expect(characterCount("a🙂é")).toBe(3);
    expect(markSpans("🙂 churn 🙂", [{ start: 2, end: 7 }])).toEqual([
      { text: "🙂 ", marked: false, start: 0, end: 2 },
      { text: "churn", marked: true, start: 2, end: 7 },
      { text: " 🙂", marked: false, start: 7, end: 9 },
    ]);
  });

  it("keeps the text, whatever the spans", () => {
    const span = fc.record({ start: fc.integer({ min: -5, max: 60 }), end: fc.integer({ min: -5, max: 60 }) });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.array(span, { maxLength: 6 }), (text, spans) => {
        const pieces = markSpans(text, spans);
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
        for (const [place, piece] of pieces.entries()) expect(piece.marked).not.toBe(pieces[place + 1]?.marked);
        for (const { text: cut, start, end } of pieces) expect([...text].slice(start, end).join("")).toBe(cut);
        const marked = pieces.filter((piece) => piece.marked).reduce((sum, piece) => sum + characterCount(piece.text), 0);
        const expected = [...text].filter((_, place) => spans.some(({ start, end }) => place >= start && place < end)).length;
        expect(marked).toBe(expected);
      }),
    );
  });
});
