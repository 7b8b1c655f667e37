/**
 * One run's view, kept complete: pushes come on the WebSocket, and whatever is missing is fetched over REST. A lost push
 * costs latency, never an event.
 */
import type { ServerMessage } from "@/shared/api/types";
import type { Event } from "@/shared/api/types";
import { learnServerTime } from "@/shared/live/clock";
import type { ConnectionState, LiveConnection } from "@/shared/live/connection";
import { EMPTY_VIEW, foldAll, isBehind, noteNewest } from "@/shared/live/fold";
import type { RunView } from "@/shared/live/fold";
import { NO_THOUGHTS, withDelta, withoutStep } from "@/shared/live/passing";
import type { ReasoningDelta, Thoughts } from "@/shared/live/passing";

/** Pushes overtake each other by milliseconds; only a gap that stays is fetched. */
export const GAP_PATIENCE_MS = 250;

/** While there is no connection, the events are fetched this often. */
export const POLL_INTERVAL_MS = 4_000;

/** Longest wait between two tries at a fetch that fails. */
const RETRY_MAX_MS = 15_000;

export interface EventPage {
  readonly events: readonly Event[];
  readonly newest_sequence: number;
}

export type FetchEvents = (after: number, signal: AbortSignal) => Promise<EventPage>;

export interface FeedState {
  readonly view: RunView;
  /** True once everything that existed when the page was opened is known. */
  readonly ready: boolean;
  /** What models say while their steps are at work; passing, replaced by the stored cards. */
  readonly thoughts: Thoughts;
  /** Why the last fetch failed; `null` when it did not. */
  readonly fetchError: unknown;
}

export class RunFeed {
  readonly #projectId: string;
  readonly #runId: string;
  readonly #connection: Pick<LiveConnection, "subscribe" | "onState" | "state">;
  readonly #fetchEvents: FetchEvents;
  readonly #listeners = new Set<() => void>();
  #state: FeedState = { view: EMPTY_VIEW, ready: false, thoughts: NO_THOUGHTS, fetchError: null };
  #abort: AbortController | null = null;
  #fetching = false;
  #again = false;
  #failures = 0;
  #stops: (() => void)[] = [];
  #gapTimer: ReturnType<typeof setTimeout> | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(projectId: string, runId: string, connection: Pick<LiveConnection, "subscribe" | "onState" | "state">, fetchEvents: FetchEvents) {
    this.#projectId = projectId;
    this.#runId = runId;
    this.#connection = connection;
    this.#fetchEvents = fetchEvents;
  }

  readonly snapshot = (): FeedState => this.#state;

  /** Follows the state; the feed works while somebody listens. For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  /** Fetches what is missing now. */
  readonly catchUp = (): void => void this.#fetch();

  #start(): void {
    this.#abort = new AbortController();
    this.#stops.push(
      this.#connection.subscribe({
        projectId: this.#projectId,
        runId: this.#runId,
        after: () => this.#state.view.lastSequence,
        onMessage: (message) => this.#receive(message),
        onOpen: () => {
          // What was said meanwhile was not kept for anybody: a text with a hole would say something else.
          this.#set({ thoughts: NO_THOUGHTS });
          this.catchUp();
        },
      }),
    );
    const poll = setInterval(() => {
      const connected: ConnectionState = this.#connection.state();
      if (connected !== "open" && !hasEnded(this.#state.view)) this.catchUp();
    }, POLL_INTERVAL_MS);
    this.#stops.push(() => clearInterval(poll));
    // History comes over REST, in pages; the subscription replays the same meanwhile, and the fold drops the doubles.
    this.catchUp();
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#abort?.abort();
    this.#abort = null;
    this.#fetching = false;
    // While nobody listens nothing is heard.
    this.#state = { ...this.#state, thoughts: NO_THOUGHTS };
    if (this.#gapTimer) clearTimeout(this.#gapTimer);
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    this.#gapTimer = null;
    this.#retryTimer = null;
  }

  #receive(message: ServerMessage): void {
    switch (message.kind) {
      case "event":
        this.#take([message.event]);
        break;
      case "events_available":
        this.#note(message.newest_sequence);
        this.catchUp();
        return;
      case "heartbeat":
        learnServerTime(message.at);
        this.#note(message.newest_sequence);
        break;
      case "subscribed":
        this.#note(message.newest_sequence);
        break;
      case "reasoning_delta":
        this.#hear(message);
        return;
      case "unsubscribed":
      case "refused":
        return;
    }
    this.#watchGap();
  }

  #take(events: readonly Event[]): void {
    const view = foldAll(this.#state.view, events);
    let { thoughts } = this.#state;
    for (const event of events) if (thoughts.size > 0) thoughts = afterEvent(thoughts, event);
    this.#set({ view, thoughts });
  }

  /** A piece that comes after the end of its step was overtaken: the card says all of it. */
  #hear(delta: ReasoningDelta): void {
    const { view, thoughts } = this.#state;
    const { node, iteration } = delta.step;
    const known = view.nodes.find((one) => one.node === node);
    const over = known !== undefined && known.rounds > 0 && (known.iteration > iteration || (known.iteration === iteration && known.state !== "running"));
    if (!over && !hasEnded(view)) this.#set({ thoughts: withDelta(thoughts, delta) });
  }

  #note(newest: number): void {
    this.#set({ view: noteNewest(this.#state.view, newest) });
  }

  #watchGap(): void {
    if (this.#gapTimer || !isBehind(this.#state.view)) return;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = null;
      if (isBehind(this.#state.view)) this.catchUp();
    }, GAP_PATIENCE_MS);
  }

  /** Fetches page after page until nothing is missing; one at a time. */
  async #fetch(): Promise<void> {
    const abort = this.#abort;
    if (!abort) return;
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    this.#fetching = true;
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    try {
      do {
        this.#again = false;
        const before = this.#state.view.lastSequence;
        // One page after another: the next begins where this one ended.
        // oxlint-disable-next-line no-await-in-loop
        const page = await this.#fetchEvents(before, abort.signal);
        if (abort.signal.aborted) return;
        this.#take(page.events);
        this.#note(page.newest_sequence);
        this.#failures = 0;
        if (this.#state.fetchError !== null) this.#set({ fetchError: null });
        const { view } = this.#state;
        if (!isBehind(view)) {
          if (!this.#state.ready) this.#set({ ready: true });
        } else if (view.lastSequence > before) {
          this.#again = true;
        } else {
          // The server says that more exists and gives none: not to be asked in a tight loop.
          this.#retryLater();
        }
      } while (this.#again);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#failures += 1;
      this.#set({ fetchError: error });
      this.#retryLater();
    } finally {
      if (this.#abort === abort) this.#fetching = false;
    }
  }

  #retryLater(): void {
    const wait = Math.min(RETRY_MAX_MS, 500 * 2 ** Math.min(this.#failures, 5)) * (0.75 + Math.random() * 0.5);
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = null;
      this.catchUp();
    }, wait);
  }

  #set(change: Partial<FeedState>): void {
    const next = { ...this.#state, ...change };
    if (next.view === this.#state.view && next.ready === this.#state.ready && next.thoughts === this.#state.thoughts && next.fetchError === this.#state.fetchError) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

/** What is left of the thoughts once an event is stored. */
function afterEvent(thoughts: Thoughts, event: Event): Thoughts {
  switch (event.type) {
    case "reason-card":
    case "node-complete":
    // A step that begins again thinks again.
    case "node-start":
      return withoutStep(thoughts, event.data.step);
    // Another attempt, or the end.
    case "workflow-start":
    case "workflow-complete":
    case "error":
      return NO_THOUGHTS;
    case "questions-presented":
    case "workflow-paused":
    case "gate-held":
    case "auto-approving":
    case "workflow-resumed":
    case "files-edited":
      return thoughts;
    default:
      event satisfies never;
      return thoughts;
  }
}

function hasEnded(view: RunView): boolean {
  // A failed run may be resumed from elsewhere, so it is still looked after.
  return view.status === "completed" || view.status === "rejected" || view.status === "cancelled";
}
