import { GateAnswers, whoDecided } from "@/features/run/gates/gate-answers";
import type { ApiProblem } from "@/shared/api/problem";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Notice } from "@/shared/ui/notice";

/** What the loser of a race at a gate is told: who decided what. */
export function GateConflict({ problem, onClose }: { problem: ApiProblem; onClose: () => void }) {
  const { gate } = problem;
  const decision = gate?.decision;
  return (
    <Notice
      tone="warn"
      role="alert"
      title={decision ? strings.gate.conflictTitle : strings.gate.changedTitle}
      actions={
        <Button size="small" onClick={onClose}>
          {strings.common.close}
        </Button>
      }
    >
      {gate && decision ? (
        <>
          <p>{whoDecided(gate, decision)}</p>
          {decision.comment ? <blockquote className="border-s-2 border-line-strong ps-3">{decision.comment}</blockquote> : null}
          <GateAnswers gate={gate} decision={decision} />
        </>
      ) : (
        <p>{problem.message}</p>
      )}
    </Notice>
  );
}
