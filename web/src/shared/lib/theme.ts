import { useSyncExternalStore } from "react";

/** The key is read by `public/theme.js` before the first paint. */
const KEY = "theme";

export const THEMES = ["system", "light", "dark", "claude", "midnight"] as const;

export type ThemeChoice = (typeof THEMES)[number];

/** Those with colours of their own; the class is the name. */
const NAMED: readonly ThemeChoice[] = ["claude", "midnight"];

const dark = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
const listeners = new Set<() => void>();

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === value) ?? "system";
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    return "system";
  }
}

let choice: ThemeChoice = stored();

function apply(): void {
  const { classList } = document.documentElement;
  classList.toggle("dark", choice === "dark" || choice === "midnight" || (choice === "system" && dark?.matches === true));
  for (const name of NAMED) classList.toggle(name, choice === name);
  for (const listener of listeners) listener();
}

dark?.addEventListener("change", apply);

export function setTheme(next: ThemeChoice): void {
  choice = next;
  try {
    if (next === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // As above.
  }
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** Whether the colours are dark ones, whoever chose them. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => document.documentElement.classList.contains("dark"));
}
