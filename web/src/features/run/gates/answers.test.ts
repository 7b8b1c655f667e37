import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { collect, draftsFrom, draftsOf, problemsByQuestion } from "@/features/run/gates/answers";
import type { Question } from "@/shared/api/types";

function question(id: string, field: Question["field"], value: Question["default"]["value"]): Question {
  return { id, text: id, why: "", priority: "medium", field, default: { value, confidence: 0.5, reason: "", basis: "security" } };
}

const choices = ["a", "b", "c"].map((value) => ({ value, label: value.toUpperCase() }));
const questions = [
  question("budget", { kind: "number", unit: "USD", minimum: 10, maximum: 100 }, 50),
  question("note", { kind: "text", max_length: 5 }, "hello"),
  question("one", { kind: "choice", choices }, "a"),
  question("many", { kind: "multi_choice", choices }, ["a", "b"]),
];

describe("answers", () => {
  it("leaves untouched suggestions to the server, which records them as defaulted", () => {
    expect(collect(questions, draftsOf(questions))).toEqual({ answers: {}, problems: {} });
  });

  it("takes the order of chosen values for no change", () => {
    expect(collect(questions, { ...draftsOf(questions), many: ["b", "a"] }).answers).toEqual({});
  });

  it("sends what was changed in the field's own type", () => {
    const { answers, problems } = collect(questions, { budget: " 12.5 ", note: "bye", one: "c", many: [] });
    expect(answers).toEqual({ budget: 12.5, note: "bye", one: "c", many: [] });
    expect(problems).toEqual({});
  });

  it.each([
    ["budget", "9.99"],
    ["budget", "101"],
    ["budget", ""],
    ["budget", "ten"],
    ["budget", "NaN"],
    ["budget", "Infinity"],
    ["note", "  "],
    ["note", "123456"],
    ["one", "z"],
  ])("refuses %s = %j at its field", (id, draft) => {
    const { answers, problems } = collect(questions, { ...draftsOf(questions), [id]: draft });
    expect(Object.keys(problems)).toEqual([id]);
    expect(answers).toEqual({});
  });

  it("counts characters as the server does", () => {
    expect(collect(questions, { ...draftsOf(questions), note: "🙂🙂🙂🙂🙂" }).problems).toEqual({});
  });

  it("accepts every number in the range and no other", () => {
    fc.assert(
      fc.property(fc.double({ min: -1_000, max: 1_000, noNaN: true }), (value) => {
        const { problems } = collect(questions, { ...draftsOf(questions), budget: String(value) });
        expect("budget" in problems).toBe(value < 10 || value > 100);
      }),
    );
  });

  it("puts the server's words at the question they are about", () => {
    expect(
      problemsByQuestion([
        { field: "answers.budget", detail: "is too low" },
        { field: "answers.many.0", detail: "is unknown" },
        { field: "comment", detail: "is missing" },
      ]),
    ).toEqual({ budget: "is too low", many: "is unknown" });
  });

  it("takes back what was kept only where it fits the question", () => {
    const stored = { budget: "12", one: "gone", many: ["a", "z"], note: 5, other: "x" };
    expect(draftsFrom(questions, stored)).toEqual({ ...draftsOf(questions), budget: "12" });
    expect(draftsFrom(questions, { one: "c", many: [] })).toEqual({ ...draftsOf(questions), one: "c", many: [] });
  });

  it("makes a form or nothing of whatever was kept", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ budget: fc.jsonValue(), note: fc.jsonValue(), one: fc.jsonValue(), many: fc.jsonValue() })), (stored) => {
        const drafts = draftsFrom(questions, stored) ?? draftsOf(questions);
        expect(Object.keys(drafts)).toEqual(Object.keys(draftsOf(questions)));
        expect(Object.keys(collect(questions, drafts).problems)).not.toContain("one");
      }),
    );
  });
});
