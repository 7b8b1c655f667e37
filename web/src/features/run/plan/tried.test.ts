import { expect, test } from "vitest";

import { NOTHING_TRIED, constraintsWith, triedOf } from "@/features/run/plan/tried";
import type { DecisionSet } from "@/shared/api/types";

const set = (part: { [Key in keyof DecisionSet]?: unknown }) => part as unknown as DecisionSet;

test("the address says what is tried, and what it says otherwise is left out", () => {
  const search = new URLSearchParams("try.average_per_second=50&try.latency_ms=&try.stored_gb=much&try.other=1&try.availability_percent=99.95");
  expect(triedOf((name) => search.get(name))).toEqual({ average_per_second: 50, availability_percent: 99.95 });
  for (const name of Object.keys(NOTHING_TRIED)) search.delete(name);
  expect(triedOf((name) => search.get(name))).toEqual({});
});

test("as constraints the peak keeps its proportion, and what was given stays", () => {
  const decisionSet = set({
    given_constraints: { cloud: "aws", budget_usd_per_month: 900 },
    cost_review: { sensitivity: [{ factor: 1, average_per_second: 20, peak_per_second: 60 }] },
  });
  expect(constraintsWith({ average_per_second: 50, budget_usd_per_month: 500 }, decisionSet)).toEqual({
    cloud: "aws",
    budget_usd_per_month: 500,
    throughput: { average_per_second: 50, peak_per_second: 150 },
  });
});

test("new data a day is given with what is stored, as far as that is known", () => {
  const stored = { constraints: { data_volume: { value: { stored_gb: 80, daily_gb: 1 } } } };
  const given = {};
  expect(constraintsWith({ daily_gb: 5 }, set({ given_constraints: given, plan: stored }))).toEqual({ data_volume: { stored_gb: 80, daily_gb: 5 } });
  expect(constraintsWith({ daily_gb: 5 }, set({ given_constraints: given }))).toEqual({});
});
