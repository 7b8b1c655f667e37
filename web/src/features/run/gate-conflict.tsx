import type { ApiProblem } from "@/shared/api/problem";
import type { AnswerValue, GateDecision } from "@/shared/api/types";
import { time, words } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Notice } from "@/shared/ui/notice";

export function whoDecided({ actor, decision, at }: GateDecision): string {
  const who = actor.name === "auto-approval" ? strings.gate.automatic : actor.name;
  return strings.gate.decidedBy(who, strings.gate.decisions[decision], time(at));
}

/** The document says only "an object" of the answers; they are answers by question id. */
export function answersOf(decision: GateDecision): [question: string, value: AnswerValue][] {
  return Object.entries<AnswerValue>(decision.answers);
}

/** What the loser of a race at a gate is told: who decided what. */
export function GateConflict({ problem, onClose }: { problem: ApiProblem; onClose: () => void }) {
  const decision = problem.gate?.decision;
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
      <p>{decision ? whoDecided(decision) : problem.message}</p>
      {decision?.comment ? <blockquote className="border-s-2 border-line-strong ps-3">{decision.comment}</blockquote> : null}
      {decision && answersOf(decision).length > 0 ? (
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {answersOf(decision).map(([question, value]) => (
            <div key={question} className="contents">
              <dt className="text-ink-soft">{words(question)}</dt>
              <dd>{Array.isArray(value) ? value.join(", ") : String(value)}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </Notice>
  );
}
