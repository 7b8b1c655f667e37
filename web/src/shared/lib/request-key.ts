/** A key for `Idempotency-Key`. `crypto.randomUUID` exists on secure origins only, these random bytes everywhere. */
export function requestKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
