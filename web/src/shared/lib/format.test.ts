import { expect, it } from "vitest";

import { briefTime, capacity } from "@/shared/lib/format";

it("a time is as short as it may be", () => {
  const now = new Date(2026, 10, 22, 18, 0);
  const at = (...parts: [number, number, number, number]) => briefTime(new Date(...parts).toISOString(), now);
  expect([at(2026, 10, 22, 7), at(2026, 10, 21, 23), at(2025, 10, 22, 7)]).toEqual(["7:00 AM", "Nov 21", "Nov 22, 2025"]);
});

it("a capacity is never more than there is", () => {
  expect([7_666.67, 145.9, 99.5, 5].map(capacity)).toEqual(["7,666", "145", "99.5", "5"]);
});
