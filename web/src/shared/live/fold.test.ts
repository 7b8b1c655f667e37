import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Event, Gate } from "@/shared/api/types";
import { CARD_LIMIT, EMPTY_VIEW, PENDING_LIMIT, foldAll, isBehind, noteNewest } from "@/shared/live/fold";
import type { RunView } from "@/shared/live/fold";

const NODES = ["intake_extract", "coverage_check", "adaptive_questions", "hitl_gate_input", "planner", "critic_tech", "policy_eval", "hitl_gate_final", "codegen"];
const AT = "2026-11-21T06:00:00Z";

type Body = Pick<Event, "type" | "data">;

function event(sequence: number, body: Body): Event {
  return { sequence, decision_set_id: "ds_x", at: AT, ...body } as Event;
}

function log(bodies: readonly Body[]): Event[] {
  return bodies.map((body, place) => event(place + 1, body));
}

const progress = { percentage: 10, current: null, running: [], completed: [], eta_seconds: null };
const start = (attempt = 1): Body => ({ type: "workflow-start", data: { attempt, variant: "full", nodes: NODES } });
const begin = (node: string, iteration = 0): Body => ({ type: "node-start", data: { step: { node, iteration }, progress } });
const complete = (node: string, iteration = 0, duration_ms = 10): Body => ({ type: "node-complete", data: { step: { node, iteration }, duration_ms, summary: "ok", progress } });
const card = (node: string): Body => ({ type: "reason-card", data: { agent: node, step: { node, iteration: 0 } } as Extract<Event, { type: "reason-card" }>["data"] });
const gateOf = (id: string): Gate => ({
  id,
  status: "pending",
  subject_hash: "x",
  summary: "",
  questions: [],
  options: ["approve"],
  auto_approval: { allowed: true, threshold: 0.8, blockers: [] },
  opened_at: AT,
  expires_at: AT,
  held: false,
});
const paused = (id: string): Body => ({ type: "workflow-paused", data: { gate: gateOf(id) } });
const held = (id: string): Body => ({ type: "gate-held", data: { gate: id, actor: { name: "a" }, expires_at: "2026-11-28T06:00:00Z" } });
const resumed = (id: string): Body => ({
  type: "workflow-resumed",
  data: { gate: id, status: "answered", decision: { decision: "approve", actor: { name: "a" }, at: AT, answers: {}, defaulted: [] } },
});
const finish = (status: "completed" | "failed"): Body => ({ type: "workflow-complete", data: { status, summary: "end" } });
const fault: Body = { type: "error", data: { node: "planner", error: "Defect", cause: "c", way_out: "w" } };

const anyBody: fc.Arbitrary<Body> = fc.oneof(
  fc.constantFrom(start(1), start(2), fault, finish("completed"), finish("failed")),
  fc.tuple(fc.constantFrom(...NODES), fc.nat(2)).map(([node, iteration]) => begin(node, iteration)),
  fc.tuple(fc.constantFrom(...NODES), fc.nat(2)).map(([node, iteration]) => complete(node, iteration)),
  fc.constantFrom(...NODES).map(card),
  fc.constantFrom("input-0", "input-1", "final-0").chain((id) => fc.constantFrom(paused(id), held(id), resumed(id))),
);
const anyLog = fc.array(anyBody, { minLength: 1, maxLength: 60 }).map((bodies) => log([start(), ...bodies]));

/** A log, and its events in any order with repetitions, in pieces of any size. */
const deliveries = anyLog.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.array(fc.nat(events.length - 1), { maxLength: 30 }).chain((repeated) =>
      fc.shuffledSubarray([...events.keys()], { minLength: events.length }).map((order) => [...order, ...repeated]),
    ),
    size: fc.integer({ min: 1, max: 7 }),
  }),
);

function inOrder(events: readonly Event[]): RunView {
  return foldAll(EMPTY_VIEW, events);
}

describe("the fold", () => {
  it("gives the same view in whatever order and however often the events come", () => {
    fc.assert(
      fc.property(deliveries, ({ events, order, size }) => {
        let view = EMPTY_VIEW;
        for (let from = 0; from < order.length; from += size) {
          view = foldAll(view, order.slice(from, from + size).flatMap((place) => events[place] ?? []));
        }
        expect(view).toEqual(inOrder(events));
        expect(view.pending.size).toBe(0);
      }),
    );
  });

  it("knows that it is behind while something is missing, and is whole after a fetch from where it stands", () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.boolean(), { minLength: 61, maxLength: 61 }), (events, lost) => {
        const pushed = events.filter((_, place) => !lost[place]);
        const view = foldAll(EMPTY_VIEW, pushed);
        const firstLost = events.findIndex((_, place) => lost[place]);
        const contiguous = firstLost === -1 ? events.length : firstLost;
        expect(view.lastSequence).toBe(contiguous);
        expect(isBehind(view)).toBe(pushed.some(({ sequence }) => sequence > contiguous));
        const whole = foldAll(view, events.filter(({ sequence }) => sequence > view.lastSequence));
        expect(whole).toEqual(inOrder(events));
      }),
    );
  });

  it("does not make a new view when nothing is new", () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const view = inOrder(events);
        expect(foldAll(view, events)).toBe(view);
        expect(noteNewest(view, view.lastSequence)).toBe(view);
      }),
    );
  });

  it("keeps what waits and the cards within bounds, and loses nothing that can be fetched", () => {
    const events = log([start(), ...Array.from({ length: CARD_LIMIT + PENDING_LIMIT + 50 }, () => card("planner"))]);
    const late = foldAll(EMPTY_VIEW, events.slice(1));
    expect(late.lastSequence).toBe(0);
    expect(late.pending.size).toBe(PENDING_LIMIT);
    expect(isBehind(late)).toBe(true);
    const first = foldAll(late, events.slice(0, 1));
    expect(first.lastSequence).toBe(PENDING_LIMIT + 1);
    const whole = foldAll(first, events);
    expect(whole.cards).toHaveLength(CARD_LIMIT);
    expect(whole.droppedCards + whole.cards.length).toBe(events.length - 1);
    expect(whole.pending.size).toBe(0);
  });

  it("learns from a heartbeat that a push was lost", () => {
    const view = noteNewest(inOrder(log([start()])), 3);
    expect(isBehind(view)).toBe(true);
  });
});

function states(view: RunView): Record<string, string> {
  return Object.fromEntries(view.nodes.map(({ node, state }) => [node, state]));
}

describe("the nodes", () => {
  it("are skipped when the workflow went past them, and only then", () => {
    const view = inOrder(log([start(), begin("intake_extract"), complete("intake_extract"), begin("coverage_check"), complete("coverage_check"), begin("planner")]));
    expect(states(view)).toMatchObject({ coverage_check: "done", adaptive_questions: "skipped", hitl_gate_input: "skipped", planner: "running", critic_tech: "pending" });
  });

  it("begin again when a loop comes back, and count their rounds and time", () => {
    const view = inOrder(
      log([start(), begin("planner"), complete("planner", 0, 100), begin("critic_tech"), complete("critic_tech"), begin("policy_eval"), complete("policy_eval"), begin("planner", 1), complete("planner", 1, 50), begin("critic_tech", 1)]),
    );
    expect(view.nodes.find(({ node }) => node === "planner")).toMatchObject({ state: "done", rounds: 2, iteration: 1, durationMs: 150 });
    expect(states(view)).toMatchObject({ critic_tech: "running", policy_eval: "pending" });
  });

  it("that ran in an earlier round are done, not skipped, when the next round passes them by", () => {
    const view = inOrder(
      log([start(), begin("intake_extract"), complete("intake_extract"), begin("adaptive_questions"), complete("adaptive_questions"), begin("intake_extract", 1), complete("intake_extract", 1), begin("planner")]),
    );
    expect(states(view)).toMatchObject({ adaptive_questions: "done", coverage_check: "skipped" });
  });

  it("go on where they stopped when a failed run is resumed", () => {
    const failed = inOrder(log([start(), begin("intake_extract"), complete("intake_extract"), begin("planner"), fault, finish("failed")]));
    expect(failed.failure?.error).toBe("Defect");
    expect(states(failed)).toMatchObject({ intake_extract: "done", planner: "failed" });
    const again = foldAll(failed, [event(7, start(2)), event(8, begin("planner"))]);
    expect(again).toMatchObject({ status: "running", attempt: 2, failure: null, ending: null });
    expect(states(again)).toMatchObject({ intake_extract: "done", planner: "running" });
    expect(again.nodes.find(({ node }) => node === "planner")?.rounds).toBe(1);
  });
});

describe("a gate", () => {
  it("opens, is held, and is decided", () => {
    const open = inOrder(log([start(), begin("hitl_gate_input"), paused("input-0"), complete("hitl_gate_input")]));
    expect(open).toMatchObject({ status: "awaiting_input", openGate: "input-0" });
    expect(states(open)).toMatchObject({ hitl_gate_input: "waiting" });
    const touched = foldAll(open, [event(5, held("input-0"))]);
    expect(touched.gates.get("input-0")).toMatchObject({ held: true, expires_at: "2026-11-28T06:00:00Z" });
    const decided = foldAll(touched, [event(6, resumed("input-0"))]);
    expect(decided).toMatchObject({ status: "running", openGate: null });
    expect(decided.gates.get("input-0")?.decision?.decision).toBe("approve");
    expect(states(decided)).toMatchObject({ hitl_gate_input: "done" });
  });

  it("does not take a part for skipped because another one begins first", () => {
    const parts = ["implement_ingestion", "implement_training"];
    const bodies: Body[] = [{ type: "workflow-start", data: { attempt: 1, variant: "thin", nodes: ["planner", ...parts, "codegen"] } }, begin("implement_training")];
    const after = (events: Body[]) => inOrder(log(events)).nodes.map(({ state }) => state);
    expect(after(bodies)).toEqual(["skipped", "pending", "running", "pending"]);
    expect(after([...bodies, begin("implement_ingestion"), complete("implement_training")])).toEqual(["skipped", "running", "done", "pending"]);
  });
});
