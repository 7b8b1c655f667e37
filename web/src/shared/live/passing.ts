/**
 * Messages that pass: pushed to whoever follows a run at that moment, stored nowhere, without a number. What they say is
 * soon said again by what is stored, so they are shown as passing and kept in little memory.
 */
import type { ServerMessage } from "@/shared/api/types";

/** A piece of a model's reasoning. `again` says that the model begins anew, so that the text so far is void. */
export type ReasoningDelta = Extract<ServerMessage, { kind: "reasoning_delta" }>;

/** Longest text that is kept of a step, in UTF-16 units: about 8 kB. */
export const THOUGHT_LIMIT = 8_192;

/** Most steps that are kept at once: more than ever run side by side. */
export const THOUGHTS_LIMIT = 12;

/** What a model says while its step is at work. */
export interface Thought {
  readonly node: string;
  readonly iteration: number;
  readonly text: string;
  /** True when the beginning is gone. */
  readonly cut: boolean;
}

/** By step; the newest to begin comes last. */
export type Thoughts = ReadonlyMap<string, Thought>;

export const NO_THOUGHTS: Thoughts = new Map();

interface StepName {
  readonly node: string;
  readonly iteration: number;
}

const keyOf = ({ node, iteration }: StepName) => `${node}#${iteration}`;

/** With one more piece. */
export function withDelta(thoughts: Thoughts, { step, text, again = false }: ReasoningDelta): Thoughts {
  const key = keyOf(step);
  const known = again ? undefined : thoughts.get(key);
  const all = (known?.text ?? "") + text;
  if (all === "") return known || !thoughts.has(key) ? thoughts : withoutStep(thoughts, step);
  const next = new Map(thoughts).set(key, { node: step.node, iteration: step.iteration, text: tail(all), cut: all.length > THOUGHT_LIMIT || known?.cut === true });
  for (const oldest of next.keys()) {
    if (next.size <= THOUGHTS_LIMIT) break;
    next.delete(oldest);
  }
  return next;
}

/** Without a step's: its card is stored, or it begins again. */
export function withoutStep(thoughts: Thoughts, step: StepName): Thoughts {
  const key = keyOf(step);
  if (!thoughts.has(key)) return thoughts;
  const next = new Map(thoughts);
  next.delete(key);
  return next.size === 0 ? NO_THOUGHTS : next;
}

/** The end of a text, beginning with a whole character. */
function tail(text: string): string {
  if (text.length <= THOUGHT_LIMIT) return text;
  const end = text.slice(-THOUGHT_LIMIT);
  const first = end.charCodeAt(0);
  return first >= 0xdc00 && first <= 0xdfff ? end.slice(1) : end;
}
