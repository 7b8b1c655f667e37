import type { RunStatus } from "@/shared/api/types";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import type { Tone } from "@/shared/ui/badge";

const tones: Readonly<Record<RunStatus, Tone>> = {
  queued: "neutral",
  running: "accent",
  awaiting_input: "warn",
  completed: "good",
  failed: "bad",
  rejected: "neutral",
  cancelled: "neutral",
};

export function StatusBadge({ status }: { status: RunStatus }) {
  return <Badge tone={tones[status]}>{strings.status[status]}</Badge>;
}
