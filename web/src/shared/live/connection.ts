/**
 * The page's one WebSocket. It reconnects by itself, subscribes again with the last sequence number of each run, and
 * tells how it stands. What the messages mean is `run-feed.ts`'s business.
 */
import ReconnectingWebSocket from "partysocket/ws";

import type { ClientMessage, ServerMessage } from "@/shared/api/types";

export type ConnectionState = "idle" | "connecting" | "open" | "reconnecting" | "offline";

/** Well below the ten minutes after which API Gateway closes a silent connection, and often enough to notice a lost push. */
export const PING_INTERVAL_MS = 20_000;

/** Two unanswered pings: the connection is dead though nobody said so. */
export const SILENCE_LIMIT_MS = 2.5 * PING_INTERVAL_MS;

export interface Subscription {
  readonly projectId: string;
  readonly runId: string;
  /** The last sequence number that the subscriber has. */
  readonly after: () => number;
  readonly onMessage: (message: ServerMessage) => void;
  /** The connection is there again; what was missed meanwhile is being replayed. */
  readonly onOpen: () => void;
}

/** The part of a reconnecting socket that is used here, so that tests can stand in for it. */
export interface Socket {
  readonly readyState: number;
  send(data: string): void;
  reconnect(): void;
  close(): void;
  addEventListener(type: "open" | "close" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
}

const OPEN = 1;

export class LiveConnection {
  readonly #makeSocket: () => Socket;
  #socket: Socket | null = null;
  #state: ConnectionState = "idle";
  #everOpen = false;
  #lastHeard = 0;
  #timer: ReturnType<typeof setInterval> | null = null;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #listeners = new Set<() => void>();

  constructor(makeSocket: () => Socket = browserSocket) {
    this.#makeSocket = makeSocket;
  }

  readonly state = (): ConnectionState => this.#state;

  /** Follows the state; for `useSyncExternalStore`. */
  readonly onState = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follows a run until the returned function is called. */
  subscribe(subscription: Subscription): () => void {
    this.#subscriptions.set(subscription.runId, subscription);
    if (this.#socket) this.#sendSubscribe(subscription);
    else this.#open();
    return () => {
      if (this.#subscriptions.get(subscription.runId) !== subscription) return;
      this.#subscriptions.delete(subscription.runId);
      this.#send({ action: "unsubscribe", project_id: subscription.projectId, decision_set_id: subscription.runId });
      // Without anybody to serve, the connection only costs; a moment's grace keeps it when one page follows another.
      setTimeout(() => {
        if (this.#subscriptions.size === 0) this.#close();
      }, 2_000);
    };
  }

  /** Asks for everything after the last known number once more. */
  resubscribe(runId: string): void {
    const subscription = this.#subscriptions.get(runId);
    if (subscription) this.#sendSubscribe(subscription);
  }

  #open(): void {
    this.#set("connecting");
    const socket = this.#makeSocket();
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#everOpen = true;
      this.#lastHeard = Date.now();
      this.#set("open");
      for (const subscription of this.#subscriptions.values()) {
        this.#sendSubscribe(subscription);
        subscription.onOpen();
      }
    });
    socket.addEventListener("close", () => this.#lost());
    socket.addEventListener("error", () => this.#lost());
    socket.addEventListener("message", ({ data }) => {
      this.#lastHeard = Date.now();
      const message = parse(data);
      if (message) this.#deliver(message);
    });
    this.#timer = setInterval(() => this.#tick(), PING_INTERVAL_MS);
    if (typeof window !== "undefined") {
      window.addEventListener("online", this.#onOnline);
      window.addEventListener("offline", this.#onOffline);
    }
  }

  #close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#socket?.close();
    this.#socket = null;
    this.#everOpen = false;
    if (typeof window !== "undefined") {
      window.removeEventListener("online", this.#onOnline);
      window.removeEventListener("offline", this.#onOffline);
    }
    this.#set("idle");
  }

  readonly #onOnline = (): void => {
    // Without waiting for the back-off, which may have grown to half a minute.
    this.#set(this.#everOpen ? "reconnecting" : "connecting");
    this.#socket?.reconnect();
  };

  readonly #onOffline = (): void => this.#set("offline");

  #lost(): void {
    if (!this.#socket) return;
    if (typeof navigator !== "undefined" && navigator.onLine === false) this.#set("offline");
    else this.#set("reconnecting");
  }

  #tick(): void {
    if (this.#socket?.readyState !== OPEN) return;
    if (Date.now() - this.#lastHeard > SILENCE_LIMIT_MS) {
      this.#set("reconnecting");
      this.#socket.reconnect();
    } else {
      this.#send({ action: "ping" });
    }
  }

  #sendSubscribe({ projectId, runId, after }: Subscription): void {
    this.#send({ action: "subscribe", project_id: projectId, decision_set_id: runId, after: after() });
  }

  /** Sends when connected. What cannot be sent is not kept: a new connection begins with its subscriptions. */
  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  #deliver(message: ServerMessage): void {
    const runId = runOf(message);
    if (runId !== null) this.#subscriptions.get(runId)?.onMessage(message);
    else for (const subscription of this.#subscriptions.values()) subscription.onMessage(message);
  }

  #set(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The run that a message is about; `null` when it is about the connection. */
function runOf(message: ServerMessage): string | null {
  switch (message.kind) {
    case "event":
      return message.event.decision_set_id;
    case "events_available":
    case "subscribed":
    case "unsubscribed":
    case "reasoning_delta":
      return message.decision_set_id;
    case "heartbeat":
      return message.decision_set_id ?? null;
    case "refused":
      return null;
    default:
      message satisfies never;
      return null;
  }
}

/** The message, or `null` for what is not one: API Gateway sends its own errors as `{message, connectionId, requestId}`. */
function parse(data: unknown): ServerMessage | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    // The API's own tests hold its messages to the schema; here only the discriminant is looked at.
    return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string" ? (value as ServerMessage) : null;
  } catch {
    return null;
  }
}

function browserSocket(): Socket {
  const { protocol, host } = window.location;
  const url = `${protocol === "https:" ? "wss" : "ws"}://${host}/ws`;
  // The library's delay is minimum × factor^n up to the maximum. All three are drawn anew for each page, so that the
  // clients of a server that restarts do not come back at the same moments.
  return new ReconnectingWebSocket(url, [], {
    minReconnectionDelay: 1_000 + Math.random() * 500,
    maxReconnectionDelay: 30_000 - Math.random() * 6_000,
    reconnectionDelayGrowFactor: 1.6 + Math.random() * 0.6,
    connectionTimeout: 10_000,
    minUptime: 5_000,
    maxEnqueuedMessages: 0,
  });
}

/** The page's connection. */
export const liveConnection = new LiveConnection();
