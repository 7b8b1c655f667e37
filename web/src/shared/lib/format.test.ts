import { expect, it } from "vitest";

import { briefTime, capacity, duration, exactTime } from "@/shared/lib/format";

it("a time is as short as it may be", () => {
  const now = new Date(2026, 10, 22, 18, 0);
  const at = (...parts: [number, number, number, number]) => briefTime(new Date(...parts).toISOString(), now);
  expect([at(2026, 10, 22, 7), at(2026, 10, 21, 23), at(2025, 10, 22, 7)]).toEqual(["7:00 AM", "Nov 21", "Nov 22, 2025"]);
});

it("a capacity is never more than there is", () => {
  expect([7_666.67, 145.9, 99.5, 5].map(capacity)).toEqual(["7,666", "145", "99.5", "5"]);
});

it("a duration tells no rest of nothing", () => {
  const [minute, hour] = [60_000, 3_600_000];
  expect([999, 1_500, minute, minute + 5_000, 4 * hour, 4 * hour + 7 * minute].map(duration)).toEqual(["999 ms", "1.5 s", "1 min", "1 min 5 s", "4 h", "4 h 7 min"]);
});

it("an exact time has the day, the second and the zone", () => {
  expect(exactTime("2026-11-22T10:34:51Z")).toMatch(/^\w+day, November 2\d, 2026 at .*:\d\d:51.*[A-Z]/);
});
