/** When each node was at work, and when a person was waited for. Pure. */
import type { DecisionSet, Gate } from "@/shared/api/types";
import { kindOfGate } from "@/shared/live/fold";
import type { NodeView } from "@/shared/live/fold";

export interface Bar {
  readonly node: string;
  readonly kind: "work" | "running" | "wait";
  /** From 0; a wait has that of its gate. */
  readonly iteration: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** All bars of a run, by their beginning. What is going on lasts until `now`. */
export function barsOf(records: DecisionSet["agent_runs"], gates: readonly Gate[], nodes: readonly NodeView[], active: boolean, now: number): Bar[] {
  const bars: Bar[] = records.map(({ step, started_at, duration_ms }) => {
    const from = Date.parse(started_at);
    return { node: step.node, kind: "work", iteration: step.iteration, from, to: from + duration_ms };
  });
  for (const { node, state, iteration, startedAt } of nodes) {
    const from = startedAt === null ? Number.NaN : Date.parse(startedAt);
    const stored = records.some(({ step }) => step.node === node && step.iteration === iteration);
    if (active && state === "running" && !stored && !Number.isNaN(from)) bars.push({ node, kind: "running", iteration, from, to: Math.max(from, now) });
  }
  for (const gate of gates) {
    const from = Date.parse(gate.opened_at);
    const to = gate.decision ? Date.parse(gate.decision.at) : active ? now : Number.NaN;
    if (to > from) bars.push({ node: `hitl_gate_${kindOfGate(gate.id)}`, kind: "wait", iteration: Number(gate.id.split("-").at(-1) ?? 0) || 0, from, to });
  }
  return bars.toSorted((a, b) => a.from - b.from || a.to - b.to);
}

export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface Scale {
  /** The share of the width at which a time stands, 0 to 1. */
  readonly at: (time: number) => number;
  /** Stretches without work that are drawn shorter than they were. */
  readonly gaps: readonly Gap[];
  readonly work: number;
  readonly whole: number;
}

/** A stretch without work takes at most this share of the work's own time. */
const LONGEST_GAP = 0.12;

/** Work to scale; a night in which the run waited for somebody does not squeeze the rest into a line. */
export function scaleOf(bars: readonly Bar[]): Scale {
  const busy: { from: number; to: number }[] = [];
  for (const { kind, from, to } of bars.toSorted((a, b) => a.from - b.from)) {
    if (kind === "wait") continue;
    const last = busy.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else busy.push({ from, to });
  }
  const first = Math.min(...bars.map(({ from }) => from));
  const end = Math.max(...bars.map(({ to }) => to));
  if (bars.length === 0 || !Number.isFinite(end - first)) return { at: () => 0, gaps: [], work: 0, whole: 0 };
  const work = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  const longest = Math.max(1, work * LONGEST_GAP);
  // The line of time, cut into stretches with their drawn length.
  const cuts = [...new Set([first, end, ...busy.flatMap(({ from, to }) => [from, to])])].toSorted((a, b) => a - b);
  const stretches = cuts.slice(1).map((to, place) => {
    const from = cuts[place] ?? to;
    const idle = !busy.some((one) => one.from <= from && to <= one.to);
    return { from, to, drawn: idle ? Math.min(to - from, longest) : to - from };
  });
  const length = stretches.reduce((sum, { drawn }) => sum + drawn, 0) || 1;
  const at = (time: number) => {
    let passed = 0;
    for (const { from, to, drawn } of stretches) {
      if (time >= to) passed += drawn;
      else if (time > from) passed += (drawn * (time - from)) / (to - from);
    }
    return Math.min(1, Math.max(0, passed / length));
  };
  return { at, gaps: stretches.filter(({ from, to, drawn }) => drawn < to - from).map(({ from, to }) => ({ from, to })), work, whole: end - first };
}
