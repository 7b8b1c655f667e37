import { useSyncExternalStore } from "react";

import { serverNow } from "@/shared/live/clock";

function eachSecond(listener: () => void): () => void {
  const timer = setInterval(listener, 1_000);
  return () => clearInterval(timer);
}

const never = () => () => undefined;

/** The server's time in whole seconds, as milliseconds; while `active` the component is drawn anew each second. */
export function useNow(active: boolean): number {
  return useSyncExternalStore(active ? eachSecond : never, () => Math.floor(serverNow() / 1_000) * 1_000);
}
