/**
 * Folds a run's events into what a view of the run needs. Pure: the same events give the same view, in whatever order
 * and however often they arrive.
 */
import type { Event, Failure, Gate, Progress, ReasonCard, RunStatus, Variant } from "@/shared/api/types";

/** Out-of-order events that wait for their predecessors. More than this is fetched again rather than kept. */
export const PENDING_LIMIT = 500;

/** Cards that are kept. Older ones are dropped, so that a run that loops for days does not fill the memory. */
export const CARD_LIMIT = 5_000;

export type NodeState = "pending" | "running" | "waiting" | "done" | "skipped" | "failed";

export interface NodeView {
  readonly node: string;
  readonly state: NodeState;
  /** How often the node has begun; 2 means that a loop came round once. */
  readonly rounds: number;
  /** How often a round had to begin again, after a failure or an interruption. */
  readonly retries: number;
  /** Iteration of the newest round, from 0. */
  readonly iteration: number;
  /** When the newest round began, ISO 8601. */
  readonly startedAt: string | null;
  /** Work of all completed rounds, in milliseconds. */
  readonly durationMs: number;
  /** The newest outcome in one sentence. */
  readonly summary: string | null;
}

export interface CardView {
  readonly sequence: number;
  readonly at: string;
  readonly card: ReasonCard;
}

export interface RunView {
  /** The newest event that is folded in; everything up to it is known. */
  readonly lastSequence: number;
  /** The newest event that is known to exist. */
  readonly newestSequence: number;
  /** Events that came before their predecessors, by sequence number. */
  readonly pending: ReadonlyMap<number, Event>;
  readonly status: RunStatus | null;
  readonly attempt: number;
  readonly variant: Variant | null;
  readonly nodes: readonly NodeView[];
  readonly cards: readonly CardView[];
  /** Cards that were dropped because of `CARD_LIMIT`. */
  readonly droppedCards: number;
  readonly gates: ReadonlyMap<string, Gate>;
  readonly openGate: string | null;
  readonly progress: Progress | null;
  /** When `progress` was written, ISO 8601: the estimate counts down from there. */
  readonly progressAt: string | null;
  readonly failure: Failure | null;
  /** The ending in one sentence. */
  readonly ending: string | null;
}

export const EMPTY_VIEW: RunView = {
  lastSequence: 0,
  newestSequence: 0,
  pending: new Map(),
  status: null,
  attempt: 0,
  variant: null,
  nodes: [],
  cards: [],
  droppedCards: 0,
  gates: new Map(),
  openGate: null,
  progress: null,
  progressAt: null,
  failure: null,
  ending: null,
};

/** True when events are known to exist that are not folded in. */
export function isBehind(view: RunView): boolean {
  return view.newestSequence > view.lastSequence;
}

/** Notes that an event of this number exists, as heartbeats and `events_available` tell. */
export function noteNewest(view: RunView, newest: number): RunView {
  return newest > view.newestSequence ? { ...view, newestSequence: newest } : view;
}

/** Takes events in, in any order, with any repetition. */
export function foldAll(view: RunView, events: readonly Event[]): RunView {
  let next = view;
  let pending: Map<number, Event> | null = null;
  let newest = view.newestSequence;
  for (const event of events) {
    newest = Math.max(newest, event.sequence);
    if (event.sequence <= next.lastSequence) continue;
    if (event.sequence === next.lastSequence + 1) {
      next = apply(next, event);
    } else {
      pending ??= new Map(view.pending);
      pending.set(event.sequence, event);
    }
    // What waited may now be next in line.
    const waiting: ReadonlyMap<number, Event> = pending ?? view.pending;
    for (let successor = waiting.get(next.lastSequence + 1); successor; successor = waiting.get(next.lastSequence + 1)) {
      next = apply(next, successor);
    }
  }
  const kept = bounded(pending ?? view.pending, next.lastSequence);
  return next === view && kept === view.pending && newest === view.newestSequence
    ? view
    : { ...next, pending: kept, newestSequence: Math.max(newest, next.lastSequence) };
}

/** Drops what is folded in, and the farthest ahead when there is too much. */
function bounded(pending: ReadonlyMap<number, Event>, lastSequence: number): ReadonlyMap<number, Event> {
  const ahead = [...pending.keys()].filter((sequence) => sequence > lastSequence);
  if (ahead.length === pending.size && ahead.length <= PENDING_LIMIT) return pending;
  const kept = ahead.toSorted((a, b) => a - b).slice(0, PENDING_LIMIT);
  const result = new Map<number, Event>();
  for (const sequence of kept) {
    const event = pending.get(sequence);
    if (event) result.set(sequence, event);
  }
  return result;
}

/** Applies the event that is next in line. */
function apply(view: RunView, event: Event): RunView {
  const next: RunView = { ...view, lastSequence: event.sequence };
  switch (event.type) {
    case "workflow-start":
      return {
        ...next,
        status: "running",
        attempt: event.data.attempt,
        variant: event.data.variant,
        nodes: event.data.nodes.map((node) => resumed(view.nodes.find((known) => known.node === node), node)),
        openGate: null,
        failure: null,
        ending: null,
      };
    case "node-start": {
      const { step, progress } = event.data;
      return {
        ...next,
        status: view.status === "awaiting_input" ? view.status : "running",
        progress,
        progressAt: event.at,
        nodes: started(view.nodes, step.node, step.iteration, event.at),
      };
    }
    case "reason-card": {
      const cards = [...view.cards, { sequence: event.sequence, at: event.at, card: event.data }];
      const excess = Math.max(0, cards.length - CARD_LIMIT);
      return { ...next, cards: excess > 0 ? cards.slice(excess) : cards, droppedCards: view.droppedCards + excess };
    }
    case "node-complete": {
      const { step, duration_ms, summary, progress } = event.data;
      const waits = view.openGate !== null && gateOfNode(step.node) === kindOfGate(view.openGate);
      return {
        ...next,
        progress,
        progressAt: event.at,
        nodes: changed(view.nodes, step.node, (node) => ({
          ...node,
          // A gate's node is complete once the gate is open; for a person it is the gate that takes the time.
          state: waits ? "waiting" : "done",
          rounds: Math.max(node.rounds, 1),
          iteration: step.iteration,
          durationMs: node.durationMs + duration_ms,
          summary,
        })),
      };
    }
    case "questions-presented":
      return { ...next, gates: withGate(view.gates, event.data.gate) };
    case "workflow-paused": {
      const { gate } = event.data;
      return {
        ...next,
        status: "awaiting_input",
        gates: withGate(view.gates, gate),
        openGate: gate.id,
        nodes: changed(view.nodes, nodeOfGate(gate.id), (node) => ({ ...node, state: "waiting" })),
      };
    }
    case "gate-held": {
      const held = view.gates.get(event.data.gate);
      return held ? { ...next, gates: withGate(view.gates, { ...held, held: true, expires_at: event.data.expires_at }) } : next;
    }
    case "auto-approving":
    case "workflow-resumed": {
      const { gate: id, status, decision } = event.data;
      const gate = view.gates.get(id);
      return {
        ...next,
        status: event.type === "workflow-resumed" || view.status === "awaiting_input" ? "running" : view.status,
        gates: gate ? withGate(view.gates, { ...gate, status, decision }) : view.gates,
        openGate: view.openGate === id ? null : view.openGate,
        nodes: changed(view.nodes, nodeOfGate(id), (node) => (node.state === "waiting" ? { ...node, state: "done" } : node)),
      };
    }
    case "workflow-complete": {
      const { status, summary } = event.data;
      return { ...next, status, ending: summary, openGate: null, nodes: view.nodes.map((node) => ended(node, status)) };
    }
    case "error": {
      const failure = event.data;
      return {
        ...next,
        failure,
        nodes: failure.node ? changed(view.nodes, failure.node, (node) => ({ ...node, state: "failed" })) : view.nodes,
      };
    }
    // Files of the result are read anew where they are shown; the run itself stays as it ended.
    case "files-edited":
      return next;
    default:
      // A newer server may tell more than this page knows; the number still counts.
      event satisfies never;
      return next;
  }
}

function fresh(node: string): NodeView {
  return { node, state: "pending", rounds: 0, retries: 0, iteration: 0, startedAt: null, durationMs: 0, summary: null };
}

/** A node at the beginning of another attempt: what is done stays done, what was at work begins again. */
function resumed(known: NodeView | undefined, node: string): NodeView {
  if (!known) return fresh(node);
  return known.state === "done" ? known : { ...known, state: "pending" };
}

/** The workflow went past a waiting node: skipped, unless it had done its work in an earlier round. */
function passed(node: NodeView): NodeView {
  return { ...node, state: node.rounds > 0 ? "done" : "skipped" };
}

function ended(node: NodeView, status: RunStatus): NodeView {
  switch (node.state) {
    case "running":
    case "waiting":
      return { ...node, state: status === "failed" ? "failed" : status === "completed" ? "done" : "pending" };
    case "pending":
      return status === "completed" ? passed(node) : node;
    case "done":
    case "skipped":
    case "failed":
      return node;
  }
}

/**
 * A node begins: those before it that never began were skipped; those after it belong to an earlier round when the
 * loop has come back.
 */
function started(nodes: readonly NodeView[], name: string, iteration: number, at: string): readonly NodeView[] {
  const index = nodes.findIndex((node) => node.node === name);
  const all = index >= 0 ? nodes : [...nodes, fresh(name)];
  const position = index >= 0 ? index : all.length - 1;
  const comesBack = all[position]?.state === "done" || all[position]?.state === "waiting";
  return all.map((node, place) => {
    if (place === position) {
      const again = node.rounds > 0 && iteration === node.iteration && node.state !== "done";
      return { ...node, state: "running", rounds: again ? node.rounds : node.rounds + 1, retries: again ? node.retries + 1 : node.retries, iteration, startedAt: at };
    }
    // One that runs beside it begins in its own time.
    const beside = sideBySide(name) !== null && sideBySide(name) === sideBySide(node.node);
    if (place < position && node.state === "pending" && !beside) return passed(node);
    if (place > position && comesBack && !beside && (node.state === "done" || node.state === "skipped")) return { ...node, state: "pending" };
    return node;
  });
}

function changed(nodes: readonly NodeView[], name: string | null, change: (node: NodeView) => NodeView): readonly NodeView[] {
  return nodes.map((node) => (node.node === name ? change(node) : node));
}

function withGate(gates: ReadonlyMap<string, Gate>, gate: Gate): ReadonlyMap<string, Gate> {
  return new Map(gates).set(gate.id, gate);
}

/** The family of a node that runs beside others of it: the implementers write their parts at the same time. */
export function sideBySide(node: string): string | null {
  return node.startsWith("implement_") ? "implement" : null;
}

/** `input` or `final`, from an id such as `input-0`. */
export function kindOfGate(id: string): "input" | "final" {
  return id.startsWith("final") ? "final" : "input";
}

/** The node that opens a gate. */
function nodeOfGate(id: string): string {
  return `hitl_gate_${kindOfGate(id)}`;
}

function gateOfNode(node: string): "input" | "final" | null {
  return node === "hitl_gate_input" ? "input" : node === "hitl_gate_final" ? "final" : null;
}
