import { useSyncExternalStore } from "react";

/** The key is read by `public/theme.js` before the first paint. */
const KEY = "theme";

export type ThemeChoice = "system" | "light" | "dark";

const dark = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
const listeners = new Set<() => void>();

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    return "system";
  }
}

let choice: ThemeChoice = stored();

function apply(): void {
  document.documentElement.classList.toggle("dark", choice === "dark" || (choice === "system" && dark?.matches === true));
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
