import fc from "fast-check";
import { expect, test } from "vitest";

import { scaleOf } from "@/features/run/plan/what-if-scale";

const own = fc.double({ min: 0.01, max: 1e5, noNaN: true });

test("the design's own number is on its slider exactly", () => {
  fc.assert(
    fc.property(own, (value) => {
      const scale = scaleOf("average_per_second", value, 0.001, 1e6);
      expect(scale.valueAt(scale.placeOf(value))).toBe(value);
    }),
  );
  const nines = scaleOf("availability_percent", 99.97, 90, 100);
  expect(nines.valueAt(nines.placeOf(99.97))).toBe(99.97);
});

test("every place means a number that is accepted, and further is more", () => {
  fc.assert(
    fc.property(own, (value) => {
      const scale = scaleOf("stored_gb", value, 0.001, 1e7);
      const all = Array.from({ length: scale.steps + 1 }, (_, place) => scale.valueAt(place));
      expect(Math.min(...all)).toBeGreaterThanOrEqual(0.001);
      expect(Math.max(...all)).toBeLessThanOrEqual(1e7);
      // Rounding to two digits may make two neighbours the same, never the wrong way round by more than that.
      expect(all.every((one, place) => place === 0 || one >= (all[place - 1] ?? 0) * 0.95)).toBe(true);
      expect((all.at(-1) ?? 0) / (all[0] ?? 1)).toBeGreaterThan(2);
    }),
  );
});

test("a design without new data has a slider for it all the same", () => {
  const scale = scaleOf("daily_gb", 0, 0, 1e6);
  expect(scale.valueAt(0)).toBe(0);
  expect(scale.valueAt(scale.steps)).toBeGreaterThan(0);
});

test("availability goes by nines", () => {
  const scale = scaleOf("availability_percent", 99.9, 90, 100);
  expect(Array.from({ length: scale.steps + 1 }, (_, place) => scale.valueAt(place))).toEqual([95, 98, 99, 99.5, 99.9, 99.95, 99.99, 99.999]);
});
