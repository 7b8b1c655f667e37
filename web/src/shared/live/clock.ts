/** The server's clock as seen from here: a countdown to the server's `expires_at` must not trust a wrong local clock. */

let offsetMs = 0;

/** Learns from a heartbeat; the way here takes milliseconds, which a countdown in seconds does not show. */
export function learnServerTime(at: string): void {
  const server = Date.parse(at);
  if (Number.isFinite(server)) offsetMs = server - Date.now();
}

/** Now, by the server's clock, in milliseconds since the epoch. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
