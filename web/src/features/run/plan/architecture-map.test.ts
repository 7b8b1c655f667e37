import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { CALLERS, SOURCES, flowsOf, placesOf } from "@/features/run/plan/architecture-map";
import type { Component, PathBudget } from "@/features/run/plan/architecture-map";

function part(pattern: string): Component {
  const capability = pattern.split(".")[0] as Component["capability"];
  return { capability, pattern, name: pattern, services: [], sizing: {}, latency_ms: 0, availability_percent: 99.9, rationale: "", traces: [], max_per_second: null };
}

function path(name: string, ...patterns: string[]): PathBudget {
  const stages = patterns.map((pattern) => ({ pattern, arrivals_per_second: 1, time: 1, share: 1, formula: "", capacity_per_second: null, utilisation: null }));
  return { name, what: "", unit: "ms", stages, formula: "", objective_is_hard: false };
}

const ids = (flows: ReturnType<typeof flowsOf>) => flows.map(({ from, to, kind }) => `${from} ${kind} ${to}`).toSorted();
const ALL = ["ingest.a", "transform.b", "store.c", "feature.d", "train.e", "serve.f", "observe.g", "govern.h"].map(part);

describe("the picture of a design", () => {
  it("follows the data from its source to what is served, watched and governed", () => {
    expect(ids(flowsOf(ALL, []))).toEqual(
      [
        "@sources data ingest.a",
        "feature.d data serve.f",
        "feature.d data train.e",
        "govern.h governs train.e",
        "ingest.a data transform.b",
        "serve.f watches observe.g",
        "store.c data feature.d",
        "train.e data serve.f",
        "transform.b data store.c",
      ].toSorted(),
    );
  });

  it("takes the measured paths as they are, each way once", () => {
    const flows = flowsOf(ALL, [path("request", "serve.f"), path("scoring", "store.c", "serve.f"), path("ingest", "ingest.a", "store.c"), path("event", "ingest.a", "store.c")]);
    expect(flows.find(({ from }) => from === CALLERS)).toMatchObject({ to: "serve.f", paths: ["request"] });
    expect(flows.find(({ from, to }) => from === "ingest.a" && to === "store.c")).toMatchObject({ kind: "path", paths: ["ingest", "event"] });
    expect(new Set(flows.map(({ from, to }) => `${from} ${to}`)).size).toBe(flows.length);
  });

  it("joins what is beside a part that is missing, whichever are there", () => {
    const some = ["ingest.a", "train.e", "serve.f"].map(part);
    expect(ids(flowsOf(some, []))).toEqual(["@sources data ingest.a", "ingest.a data serve.f", "ingest.a data train.e", "train.e data serve.f"].toSorted());
    expect(flowsOf([part("serve.f")], [path("request", "gone.x")])).toEqual([]);
  });

  it("gives each part a place of its own", () => {
    const parts = [...ALL, part("serve.second")].filter(({ pattern }) => pattern !== "transform.b");
    const places = placesOf(parts, flowsOf(parts, [path("request", "serve.f")]));
    expect(new Set(places.map(({ row, column, stack }) => `${row} ${column} ${stack}`)).size).toBe(places.length);
    expect(places.map(({ id }) => id)).toEqual(expect.arrayContaining([SOURCES, CALLERS, ...parts.map(({ pattern }) => pattern)]));
  });

  it("draws every plan that the generator is tested with", () => {
    for (const name of ["churn-realtime", "fraud-stream", "rag-lambda", "forecast-batch", "vision-edge", "anomaly-msk"]) {
      const stored = JSON.parse(readFileSync(`../functions/codegen/fixtures/${name}.json`, "utf8")) as { plan?: { candidates: { components: Component[] }[] } };
      const components = stored.plan?.candidates[0]?.components ?? [];
      expect(components.length).toBeGreaterThan(3);
      const flows = flowsOf(components, []);
      const linked = new Set(flows.flatMap(({ from, to }) => [from, to]));
      expect(components.filter(({ pattern }) => !linked.has(pattern))).toEqual([]);
    }
  });
});
