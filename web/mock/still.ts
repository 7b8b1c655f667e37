/**
 * Runs that are the same each time, for pictures that are compared: `MOCK_STILL=1`. Their clock stands still but for
 * the time that the platform waits for, and chance begins at the same place.
 */
import { mock } from "node:test";

import type { MockPlatform } from "./platform.ts";
import type { DecisionSet, Project } from "./types.ts";

/** When the first of them begins; each begins an hour after the one before. */
export const STILL_BEGINS = "2026-03-02T09:00:00.000Z";

export const STILL_PROJECT = "Churn scoring";

const WORDS = "Score churn for 2 million customers every night on AWS in Frankfurt, under GDPR, for at most $1,500 a month.";
const HOUR_MS = 3_600_000;
const TICK_MS = 20;

const completed = ({ status }: DecisionSet) => status === "completed";
const asks = ({ status }: DecisionSet) => status === "awaiting_input";

/** Two completed versions, one at each gate, and one that failed: versions 1 to 5 of one project. */
export function addStillRuns(platform: MockPlatform): void {
  const { random } = Math;
  Math.random = chance(1);
  mock.timers.enable({ apis: ["Date", "setTimeout", "setInterval"], now: Date.parse(STILL_BEGINS) });
  try {
    const call = <T>(method: string, path: string, body?: unknown): T => {
      const { status, body: answer } = platform.handle(method, `/v1${path}`, new URLSearchParams(), () => undefined, body);
      if (status >= 400) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
      return answer as T;
    };
    const { id } = call<Project>("POST", "/projects", { name: STILL_PROJECT });
    const started = Date.now();
    let runs = 0;
    const run = (body: Record<string, unknown>, until: (set: DecisionSet) => boolean) => {
      mock.timers.tick(started + runs * HOUR_MS - Date.now());
      runs += 1;
      const path = `/projects/${id}/decision-sets/${call<{ decision_set_id: string }>("POST", `/projects/${id}/constraints`, body).decision_set_id}`;
      return { path, set: waitFor(path, until) };
    };
    const waitFor = (path: string, until: (set: DecisionSet) => boolean) => {
      for (let ticks = 0; ticks < 1_000; ticks += 1) {
        const set = call<DecisionSet>("GET", path);
        if (until(set)) return set;
        mock.timers.tick(TICK_MS);
      }
      throw new Error(`the still run at ${path} does not come to where it should stop`);
    };
    const first = run({ requirement: WORDS, variant: "thin" }, completed);
    run({ requirement: `${WORDS} [think]`, parent: first.set.id, variant: "thin" }, completed);
    run({ requirement: WORDS, variant: "hitl_enhanced" }, asks);
    const shown = run({ requirement: WORDS, parent: first.set.id, variant: "hitl_enhanced" }, asks);
    call("POST", `${shown.path}/approve`, { gate: shown.set.open_gate, decision: "approve", answers: { budget: 1_500 } });
    waitFor(shown.path, ({ open_gate: gate }) => gate?.startsWith("final") === true);
    run({ requirement: `${WORDS} [fail]`, variant: "thin" }, ({ status }) => status === "failed");
  } finally {
    mock.timers.reset();
    Math.random = random;
  }
}

/** Numbers from 0 to 1 that look like chance and are the same each time (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
