import { memo } from "react";

import { GateAnswers, whoDecided } from "@/features/run/gates/gate-answers";
import type { Gate } from "@/shared/api/types";
import { strings } from "@/shared/strings";

/** Who decided what at the gates so far. */
export const GateHistory = memo(function GateHistory({ gates }: { gates: readonly Gate[] }) {
  const decided = gates.flatMap((gate) => (gate.decision ? [{ gate, decision: gate.decision }] : []));
  if (decided.length === 0) return null;
  return (
    <section aria-labelledby="decisions-title" className="space-y-2">
      <h2 id="decisions-title" className="text-sm font-semibold">
        {strings.run.gateDecisions}
      </h2>
      <ul className="space-y-3 text-sm text-ink-soft">
        {decided.map(({ gate, decision }) => (
          <li key={gate.id} className="space-y-1.5">
            <p>{whoDecided(gate, decision)}</p>
            <GateAnswers gate={gate} decision={decision} />
            {decision.comment ? <q className="block border-s-2 border-line-strong ps-2">{decision.comment}</q> : null}
          </li>
        ))}
      </ul>
    </section>
  );
});
