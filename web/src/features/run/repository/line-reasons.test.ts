import { expect, test } from "vitest";

import { reasonsOf } from "@/features/run/repository/line-reasons";
import type { ImplementationReview } from "@/shared/api/types";

const place = (path: string, line: number, says: string) => ({ path, line, text: "x", says, written_by: "codegen" });
const review: ImplementationReview = {
  findings: [],
  traces: [
    { field: "latency", value: "P95 within 100 ms", source: "text", quotes: [{ quote: "100 ms", start: 0, end: 6 }], decisions: [], places: [place("a.tf", 9, "alarm")] },
    { field: "budget", value: "800 USD", source: "answer", quotes: [], decisions: [], places: [place("a.tf", 2, "limit"), place("a.tf", 2, "limit"), place("b.tf", 1, "limit")] },
  ],
  standards: [place("a.tf", 4, "tests")],
  checked: 3,
  met: 3,
};

test("a file's lines have their reasons once and in order", () => {
  expect(reasonsOf(review, "a.tf")).toEqual([
    { line: 2, says: "limit", because: "Budget: 800 USD" },
    { line: 4, says: "tests", because: "" },
    { line: 9, says: "alarm", because: "Latency: P95 within 100 ms, “100 ms”" },
  ]);
});

test("a file that nothing is traced to has none", () => {
  expect(reasonsOf(review, "c.tf")).toEqual([]);
  expect(reasonsOf(null, "a.tf")).toEqual([]);
});
