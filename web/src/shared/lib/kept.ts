/**
 * What a person typed and has not sent, kept in this tab until it is sent: a reload, a crash or a closed tab that is
 * opened again costs nobody their words. It never leaves the browser.
 */
import { useState } from "react";

const PREFIX = "typed:";

/** What is kept under a key, as it was given to `keep`; `null` when there is nothing. */
export function kept(key: string): unknown {
  try {
    const text = sessionStorage.getItem(PREFIX + key);
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    // Storage may be forbidden, or hold what another version of this page wrote.
    return null;
  }
}

/** Keeps a value that JSON can carry, or forgets it with `null`. Where storage is forbidden or full it lasts as long as the page. */
export function keep(key: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // As above.
  }
}

interface Typed<T> {
  readonly value: T;
  readonly change: (value: T) => void;
  /** It was sent, or is wanted no longer: the next time the form begins as it was made. */
  readonly forget: () => void;
  /** True while the value is what an earlier look at the form left behind, untouched since. */
  readonly restored: boolean;
}

/**
 * A form's state that outlives the page. `read` makes it from what was kept, or gives `null` when that does not fit the
 * form any more. What equals the beginning is not kept.
 */
export function useTyped<T>(key: string, begin: () => T, read: (stored: unknown) => T | null): Typed<T> {
  const [first] = useState(begin);
  const [state, setState] = useState(() => {
    const stored = kept(key);
    const value = stored === null ? null : read(stored);
    return value === null || same(value, first) ? { value: first, restored: false } : { value, restored: true };
  });
  return {
    ...state,
    change(value) {
      setState({ value, restored: false });
      keep(key, same(value, first) ? null : value);
    },
    forget() {
      setState(({ value }) => ({ value, restored: false }));
      keep(key, null);
    },
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Reads an object's field that is a text; anything else is not what was written there. */
export function textField(stored: unknown, name: string): string | null {
  const value = typeof stored === "object" && stored !== null ? (stored as Record<string, unknown>)[name] : undefined;
  return typeof value === "string" ? value : null;
}
