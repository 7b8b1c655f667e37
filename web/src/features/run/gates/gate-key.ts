import type { RunAddress } from "@/shared/api/queries";

/** Under which what was typed at a gate is kept until the gate is decided. */
export function gateKey({ projectId, runId }: RunAddress, gateId: string): string {
  return `${projectId}/${runId}/${gateId}`;
}
