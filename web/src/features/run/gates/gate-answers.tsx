import type { AnswerValue, Gate, GateDecision, Question } from "@/shared/api/types";
import { number, time, words } from "@/shared/lib/format";
import { strings } from "@/shared/strings";

const TIMER = "auto-approval";

export function whoDecided(gate: Gate, decision: GateDecision): string {
  const byTimer = decision.actor.name === TIMER;
  if (gate.questions.length > 0 && decision.decision === "approve") {
    return byTimer ? strings.gate.answeredByTimer(time(decision.at)) : strings.gate.answered(decision.actor.name, time(decision.at));
  }
  return strings.gate.decidedBy(byTimer ? strings.gate.automatic : decision.actor.name, strings.gate.decisions[decision.decision], time(decision.at));
}

/** The answer in the words of the form. */
function answerText(question: Question | undefined, value: AnswerValue): string {
  const field = question?.field;
  if (Array.isArray(value) && value.length === 0) return strings.common.none;
  const labelled = (one: string) => (field && "choices" in field ? (field.choices.find((choice) => choice.value === one)?.label ?? one) : one);
  if (Array.isArray(value)) return value.map(labelled).join(", ");
  if (typeof value === "number") return field?.kind === "number" ? `${number(value)} ${field.unit}` : number(value);
  return labelled(String(value));
}

/** Each question with its answer, and whose answer it is. */
export function GateAnswers({ gate, decision }: { gate: Gate; decision: GateDecision }) {
  // The document says only "an object" of the answers; they are answers by question id.
  const answers = Object.entries<AnswerValue>(decision.answers);
  if (answers.length === 0) return null;
  const byTimer = decision.actor.name === TIMER;
  const asked = new Map(gate.questions.map((question, place) => [question.id, place]));
  const place = ([id]: [string, AnswerValue]) => asked.get(id) ?? asked.size;
  return (
    <dl className="space-y-2 border-s-2 border-line-strong ps-3">
      {answers
        .toSorted((a, b) => place(a) - place(b))
        .map(([id, value]) => {
          const question = gate.questions.find((candidate) => candidate.id === id);
          const suggested = decision.defaulted.includes(id);
          return (
            <div key={id}>
              <dt>{question?.text ?? words(id)}</dt>
              <dd>
                <span className="font-medium text-ink">{answerText(question, value)}</span>
                <span className="block text-xs">
                  {suggested
                    ? byTimer
                      ? strings.gate.defaultByTimer
                      : strings.gate.defaultByPerson(decision.actor.name)
                    : strings.gate.givenByPerson(decision.actor.name)}
                </span>
              </dd>
            </div>
          );
        })}
    </dl>
  );
}
