import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ClientMessage, Event, ServerMessage } from "@/shared/api/types";
import { LiveConnection, PING_INTERVAL_MS, SILENCE_LIMIT_MS } from "@/shared/live/connection";
import type { Socket } from "@/shared/live/connection";
import type { ReasoningDelta } from "@/shared/live/passing";
import { GAP_PATIENCE_MS, RunFeed } from "@/shared/live/run-feed";
import type { EventPage } from "@/shared/live/run-feed";

const RUN = "ds_x";

/** A socket whose other end is the test. */
class TestSocket implements Socket {
  readyState = 0;
  readonly sent: ClientMessage[] = [];
  reconnects = 0;
  readonly #listeners = new Map<string, ((event: { data: unknown }) => void)[]>();

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as ClientMessage);
  }
  reconnect(): void {
    this.reconnects += 1;
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.#tell("open", undefined);
  }
  drop(): void {
    this.readyState = 3;
    this.#tell("close", undefined);
  }
  push(message: ServerMessage): void {
    this.#tell("message", JSON.stringify(message));
  }
  raw(data: unknown): void {
    this.#tell("message", data);
  }
  #tell(type: string, data: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data });
  }
}

function eventAt(sequence: number): Event {
  return { sequence, decision_set_id: RUN, at: "2026-11-21T06:00:00Z", type: "workflow-start", data: { attempt: sequence, variant: "full", nodes: [] } };
}

/** A server that has these events, and gives at most `page` at once. */
function server(page = 3) {
  const events: Event[] = [];
  const asked: number[] = [];
  const fetchEvents = (after: number): Promise<EventPage> => {
    asked.push(after);
    return Promise.resolve({ events: events.slice(after, after + page), newest_sequence: events.length });
  };
  const write = () => {
    const event = eventAt(events.length + 1);
    events.push(event);
    return event;
  };
  return { events, asked, fetchEvents, write };
}

function setUp(page?: number) {
  const socket = new TestSocket();
  const connection = new LiveConnection(() => socket);
  const rest = server(page);
  const feed = new RunFeed("prj_x", RUN, connection, rest.fetchEvents);
  return { socket, connection, rest, feed };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the feed", () => {
  it("fetches the history in pages and is ready when it has all", async () => {
    const { rest, feed } = setUp(3);
    for (let count = 0; count < 8; count += 1) rest.write();
    const stop = feed.subscribe(() => undefined);
    expect(feed.snapshot().ready).toBe(false);
    await settle();
    expect(feed.snapshot().view.lastSequence).toBe(8);
    expect(feed.snapshot().ready).toBe(true);
    expect(rest.asked).toEqual([0, 3, 6]);
    stop();
  });

  it("subscribes with the last number it has, again after each reconnection", async () => {
    const { rest, feed, socket } = setUp();
    rest.write();
    const stop = feed.subscribe(() => undefined);
    await settle();
    socket.open();
    expect(socket.sent.at(-1)).toEqual({ action: "subscribe", project_id: "prj_x", decision_set_id: RUN, after: 1 });
    socket.push({ kind: "event", event: rest.write() });
    socket.drop();
    rest.write();
    socket.open();
    expect(socket.sent.at(-1)).toMatchObject({ action: "subscribe", after: 2 });
    await settle();
    expect(feed.snapshot().view.lastSequence).toBe(3);
    stop();
    expect(socket.sent.at(-1)).toMatchObject({ action: "unsubscribe" });
  });

  it("waits a moment for a gap to close and then fetches", async () => {
    const { rest, feed, socket } = setUp();
    const stop = feed.subscribe(() => undefined);
    socket.open();
    await settle();
    const before = rest.asked.length;
    const [one, two, three] = [rest.write(), rest.write(), rest.write()];
    socket.push({ kind: "event", event: two });
    socket.push({ kind: "event", event: one });
    await vi.advanceTimersByTimeAsync(GAP_PATIENCE_MS * 2);
    expect(feed.snapshot().view.lastSequence).toBe(2);
    expect(rest.asked).toHaveLength(before);
    rest.write();
    socket.push({ kind: "event", event: eventAt(4) });
    await vi.advanceTimersByTimeAsync(GAP_PATIENCE_MS);
    expect(rest.asked.at(-1)).toBe(2);
    expect(feed.snapshot().view.lastSequence).toBe(4);
    expect(three.sequence).toBe(3);
    stop();
  });

  it("notices a lost push by the heartbeat, and fetches what is too large to push", async () => {
    const { rest, feed, socket } = setUp();
    const stop = feed.subscribe(() => undefined);
    socket.open();
    await settle();
    rest.write();
    await vi.advanceTimersByTimeAsync(PING_INTERVAL_MS);
    expect(socket.sent.at(-1)).toEqual({ action: "ping" });
    socket.push({ kind: "heartbeat", decision_set_id: RUN, newest_sequence: 1, at: "2026-11-21T06:00:00Z" });
    await vi.advanceTimersByTimeAsync(GAP_PATIENCE_MS);
    expect(feed.snapshot().view.lastSequence).toBe(1);
    rest.write();
    socket.push({ kind: "events_available", decision_set_id: RUN, newest_sequence: 2 });
    await settle();
    expect(feed.snapshot().view.lastSequence).toBe(2);
    stop();
  });

  it("goes on over REST while there is no connection", async () => {
    const { rest, feed, socket, connection } = setUp();
    const stop = feed.subscribe(() => undefined);
    socket.open();
    await settle();
    socket.drop();
    expect(connection.state()).toBe("reconnecting");
    rest.write();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(feed.snapshot().view.lastSequence).toBe(1);
    stop();
  });

  it("tries a fetch that fails again, and says meanwhile that it failed", async () => {
    const socket = new TestSocket();
    const rest = server();
    rest.write();
    let failures = 2;
    const feed = new RunFeed("prj_x", RUN, new LiveConnection(() => socket), (after) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error("down")) : rest.fetchEvents(after);
    });
    const stop = feed.subscribe(() => undefined);
    await settle();
    expect(feed.snapshot().fetchError).toBeInstanceOf(Error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(feed.snapshot()).toMatchObject({ ready: true, fetchError: null });
    expect(feed.snapshot().view.lastSequence).toBe(1);
    stop();
  });

  it("reconnects when nothing was heard for too long", async () => {
    const { feed, socket, connection } = setUp();
    const stop = feed.subscribe(() => undefined);
    socket.open();
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS + 2 * PING_INTERVAL_MS);
    expect(socket.reconnects).toBeGreaterThan(0);
    expect(connection.state()).toBe("reconnecting");
    stop();
  });

  it("shows what a model says until its card is stored, and counts none of it", async () => {
    const { feed, socket } = setUp();
    const stop = feed.subscribe(() => undefined);
    socket.open();
    await settle();
    const step = { node: "planner", iteration: 0 };
    const say = (text: string, again?: boolean) => socket.raw(JSON.stringify({ kind: "reasoning_delta", decision_set_id: RUN, step, text, ...(again === undefined ? {} : { again }) }));
    const said = () => [...feed.snapshot().thoughts.values()].map(({ text }) => text);
    const push = (sequence: number, event: object) => socket.raw(JSON.stringify({ kind: "event", event: { sequence, decision_set_id: RUN, at: "2026-11-21T06:00:00Z", ...event } }));
    say("Batch ");
    say("or endpoint?");
    expect(said()).toEqual(["Batch or endpoint?"]);
    say("Batch.", true);
    expect(said()).toEqual(["Batch."]);
    expect(feed.snapshot().view.lastSequence).toBe(0);
    const progress = { percentage: 0, completed: [], running: [] };
    push(1, { type: "node-start", data: { step, progress } });
    say("Again: ");
    push(2, { type: "reason-card", data: { step, evidence: [] } });
    expect(said()).toEqual([]);
    push(3, { type: "node-complete", data: { step, duration_ms: 1, summary: "", progress } });
    // One that was overtaken by the end of its step, and one of an earlier round.
    say("late");
    expect(said()).toEqual([]);
    // Another round of the same step is heard, and the end of the run ends it.
    socket.raw(JSON.stringify({ kind: "reasoning_delta", decision_set_id: RUN, step: { node: "planner", iteration: 1 }, text: "Cheaper" }));
    expect(said()).toEqual(["Cheaper"]);
    push(4, { type: "workflow-complete", data: { status: "cancelled", summary: "" } });
    expect(said()).toEqual([]);
    stop();
  });

  it("keeps no text with a hole in it", async () => {
    const { feed, socket } = setUp();
    const stop = feed.subscribe(() => undefined);
    socket.open();
    await settle();
    const say = (text: string) => {
      const delta: ReasoningDelta = { kind: "reasoning_delta", decision_set_id: RUN, step: { node: "planner", iteration: 0 }, text, again: false };
      socket.push(delta);
    };
    say("before");
    socket.drop();
    socket.open();
    say("after");
    expect([...feed.snapshot().thoughts.values()].map(({ text }) => text)).toEqual(["after"]);
    stop();
  });

  it("does not mind what is not a message", async () => {
    const { feed, socket } = setUp();
    const stop = feed.subscribe(() => undefined);
    socket.open();
    socket.raw("not JSON");
    socket.raw('{"message": "Internal server error", "connectionId": "x"}');
    socket.raw(new Uint8Array([1]));
    socket.raw("null");
    await settle();
    expect(feed.snapshot().view.lastSequence).toBe(0);
    stop();
  });

  it("is complete whatever is lost, doubled, reordered or cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("push", "lose", "double", "late", "cut", "beat"), { minLength: 1, maxLength: 40 }), async (story) => {
        const { rest, feed, socket } = setUp(4);
        const stop = feed.subscribe(() => undefined);
        socket.open();
        await settle();
        const later: Event[] = [];
        for (const chapter of story) {
          if (chapter === "cut") {
            socket.drop();
            socket.open();
            continue;
          }
          if (chapter === "beat") {
            socket.push({ kind: "heartbeat", decision_set_id: RUN, newest_sequence: rest.events.length, at: "2026-11-21T06:00:00Z" });
            continue;
          }
          const event = rest.write();
          if (chapter === "push" || chapter === "double") socket.push({ kind: "event", event });
          if (chapter === "double") socket.push({ kind: "event", event });
          if (chapter === "late") later.push(event);
        }
        for (const event of later.toReversed()) socket.push({ kind: "event", event });
        socket.push({ kind: "heartbeat", decision_set_id: RUN, newest_sequence: rest.events.length, at: "2026-11-21T06:00:00Z" });
        // oxlint-disable-next-line no-await-in-loop
        await vi.advanceTimersByTimeAsync(GAP_PATIENCE_MS * 2);
        expect(feed.snapshot().view.lastSequence).toBe(rest.events.length);
        expect(feed.snapshot().view.pending.size).toBe(0);
        stop();
      }),
      { numRuns: 60 },
    );
  });
});
