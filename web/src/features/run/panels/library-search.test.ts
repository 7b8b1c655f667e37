import { expect, test } from "vitest";

import { matchingRuns } from "@/features/run/panels/library-search";
import type { Run } from "@/shared/api/types";

const run = (id: string, project: string, version: number, status: Run["status"], title: string) => ({ id, project_id: project, version, status, title, created_at: `2026-11-0${version}T00:00:00Z` }) as unknown as Run;
const RUNS = [run("a", "p1", 1, "completed", "Churn"), run("b", "p2", 2, "failed", "Fraud scoring"), run("c", "p1", 3, "awaiting_input", "Churn, cheaper"), run("a", "p1", 1, "completed", "Churn")];
const nameOf = (id: string) => ({ p1: "Telco", p2: "Bank" })[id];
const found = (sought: string, first = "p2") => matchingRuns({ runs: RUNS, nameOf, sought, first }).map(({ name, runs }) => `${name}: ${runs.map(({ id }) => id).join(" ")}`);

test("the open project stands first, the newest version first, and no run twice", () => {
  expect(found("")).toEqual(["Bank: b", "Telco: c a"]);
  expect(found("", "p1")).toEqual(["Telco: c a", "Bank: b"]);
});

test("every word must be found, in name, title, version or status", () => {
  expect(found("telco V1")).toEqual(["Telco: a"]);
  expect(found("awaiting churn")).toEqual(["Telco: c"]);
  expect(found("fraud churn")).toEqual([]);
});
