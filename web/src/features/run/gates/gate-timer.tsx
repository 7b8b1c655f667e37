import { Clock, Hand } from "lucide-react";

import type { Gate } from "@/shared/api/types";
import { duration } from "@/shared/lib/format";
import { useNow } from "@/shared/lib/use-now";
import { kindOfGate } from "@/shared/live/fold";
import { strings } from "@/shared/strings";

/** What happens when nobody decides, and when. */
export function GateTimer({ gate, touched }: { gate: Gate; touched: boolean }) {
  const now = useNow(true);
  const left = Date.parse(gate.expires_at) - now;
  const held = gate.held || touched;
  const time = duration(Math.max(0, Math.floor(left / 1_000) * 1_000));
  const text =
    left <= 0 && !held
      ? strings.gate.expired
      : held
        ? `${strings.gate.held}${gate.held && left > 0 ? ` ${strings.gate.closesIn(time)}` : ""}`
        : gate.auto_approval.allowed
          ? kindOfGate(gate.id) === "final"
            ? strings.gate.autoApproveIn(time)
            : strings.gate.autoIn(time)
          : strings.gate.closesInManual(time);
  return (
    // `timer` is not announced each second, which would drown everything else.
    <p role="timer" className="flex items-start gap-2 text-sm text-ink-soft">
      {held ? <Hand className="mt-0.5 size-4 shrink-0" aria-hidden /> : <Clock className="mt-0.5 size-4 shrink-0" aria-hidden />}
      <span className="tabular-nums">{text}</span>
    </p>
  );
}
