import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type Change = Readonly<Record<string, string | null>>;

/** The view's state is its address: reads it, and makes links that change a part of it. */
export function useLinks(): { readonly value: (name: string) => string | null; readonly link: (change: Change) => string; readonly go: (change: Change) => void } {
  const [search, setSearch] = useSearchParams();
  const value = useCallback((name: string) => search.get(name), [search]);
  const link = useCallback((change: Change) => `?${changed(search, change)}`, [search]);
  const go = useCallback((change: Change) => setSearch((previous) => changed(previous, change), { replace: true, preventScrollReset: true }), [setSearch]);
  return { value, link, go };
}

function changed(search: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}
