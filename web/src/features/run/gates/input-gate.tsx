import { RotateCcw } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { FormEvent } from "react";

import { collect, draftsFrom, draftsOf, isDefault, problemsByQuestion } from "@/features/run/gates/answers";
import type { Draft, Drafts } from "@/features/run/gates/answers";
import { gateKey } from "@/features/run/gates/gate-key";
import { GateTimer } from "@/features/run/gates/gate-timer";
import { SentenceList } from "@/features/run/lines";
import { asProblem } from "@/shared/api/problem";
import type { ApiProblem } from "@/shared/api/problem";
import { useAnswerGate, useHoldGate } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { AnswerValue, Gate, Priority, Question } from "@/shared/api/types";
import { number, percent } from "@/shared/lib/format";
import { useTyped } from "@/shared/lib/kept";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import type { Tone } from "@/shared/ui/badge";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { FieldProblem, TextArea, TextInput } from "@/shared/ui/field";
import { Notice } from "@/shared/ui/notice";
import { Prose } from "@/shared/ui/prose";
import { Restored } from "@/shared/ui/restored";

export const priorityTones: Readonly<Record<Priority, Tone>> = { critical: "bad", high: "warn", medium: "neutral", low: "neutral" };

interface InputGateProps {
  gate: Gate;
  address: RunAddress;
  onDecided: () => void;
  onConflict: (problem: ApiProblem) => void;
}

export function InputGate({ gate, address, onDecided, onConflict }: InputGateProps) {
  const id = useId();
  const typed = useTyped<Drafts>(
    gateKey(address, gate.id),
    () => draftsOf(gate.questions),
    (stored) => draftsFrom(gate.questions, stored),
  );
  const { value: drafts, change: setDrafts } = typed;
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [touched, setTouched] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const toFocus = useRef<string | null>(null);
  const hold = useHoldGate(address);
  const answer = useAnswerGate(address, onConflict);
  const waiting = answer.isPending || answer.isSuccess;

  /** At the first touch the short timer must no longer decide. A hold that fails is tried again at the next touch. */
  function touch() {
    if (gate.held || touched) return;
    setTouched(true);
    hold.mutate(gate.id, { onError: () => setTouched(false) });
  }

  function show(found: Record<string, string>) {
    setProblems(found);
    toFocus.current = gate.questions.find((question) => found[question.id])?.id ?? null;
  }

  // A field that is disabled while the answer is under way cannot take the focus; afterwards it can.
  useEffect(() => {
    if (waiting || toFocus.current === null) return;
    form.current?.querySelector<HTMLElement>(`[data-question="${CSS.escape(toFocus.current)}"] :is(input, textarea)`)?.focus();
    toFocus.current = null;
  });

  function send(answers: Record<string, AnswerValue>) {
    answer.mutate(
      { gate: gate.id, subject_hash: gate.subject_hash, decision: "approve", answers },
      {
        onSuccess: () => {
          typed.forget();
          onDecided();
        },
        onError: (error) => {
          show(problemsByQuestion(asProblem(error).errors));
        },
      },
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const { answers, problems: found } = collect(gate.questions, drafts);
    show(found);
    if (Object.keys(found).length === 0) send(answers);
  }

  const refused = answer.error && asProblem(answer.error);
  return (
    <Card aria-labelledby={`${id}-title`} className="border-accent/50">
      <form ref={form} onSubmit={submit} noValidate>
        <div className="space-y-2 border-b border-line p-4 @2xl:p-5">
          <h2 id={`${id}-title`} className="text-lg font-semibold">
            {strings.gate.inputTitle}
          </h2>
          <p className="text-sm text-ink-soft">
            <Prose text={gate.summary} />
          </p>
          <GateTimer gate={gate} touched={touched} />
          {typed.restored ? <Restored onDiscard={() => setDrafts(draftsOf(gate.questions))} /> : null}
          {gate.auto_approval.blockers.length > 0 ? (
            <details className="text-sm text-ink-soft">
              <summary>{strings.gate.blockers}</summary>
              <SentenceList sentences={gate.auto_approval.blockers} className="pt-1" />
            </details>
          ) : null}
        </div>
        <div className="divide-y divide-line" onFocusCapture={touch} onInputCapture={touch} onPointerDownCapture={touch}>
          {gate.questions.map((question) => (
            <QuestionField
              key={question.id}
              question={question}
              draft={drafts[question.id] ?? ""}
              problem={problems[question.id] ?? null}
              disabled={waiting}
              onChange={(draft) => {
                setDrafts({ ...drafts, [question.id]: draft });
                if (problems[question.id]) {
                  const { [question.id]: _mended, ...rest } = problems;
                  setProblems(rest);
                }
              }}
              onReset={() => setDrafts({ ...drafts, [question.id]: draftsOf([question])[question.id] ?? "" })}
            />
          ))}
        </div>
        <div className="space-y-3 border-t border-line p-4 @2xl:p-5">
          {refused && refused.status !== 409 ? (
            <Notice tone="bad" role="alert" title={strings.gate.failed}>
              <p>{refused.message}</p>
            </Notice>
          ) : null}
          <p className="text-sm text-ink-soft">{strings.gate.skip}</p>
          <div className="flex flex-col gap-2 @2xl:flex-row">
            <Button type="submit" tone="primary" busy={waiting}>
              {strings.gate.submit}
            </Button>
            <Button disabled={waiting} onClick={() => send({})}>
              {strings.gate.acceptAll}
            </Button>
          </div>
        </div>
      </form>
    </Card>
  );
}

interface QuestionFieldProps {
  question: Question;
  draft: Draft;
  problem: string | null;
  disabled: boolean;
  onChange: (draft: Draft) => void;
  onReset: () => void;
}

function QuestionField({ question, draft, problem, disabled, onChange, onReset }: QuestionFieldProps) {
  const id = useId();
  const { field, default: suggestion } = question;
  const grouped = field.kind === "choice" || field.kind === "multi_choice";
  const described = {
    "aria-describedby": `${id}-why`,
    "aria-invalid": problem ? true : undefined,
    "aria-errormessage": problem ? `${id}-problem` : undefined,
  } as const;
  const control = { id, disabled, ...described };
  const text = typeof draft === "string" ? draft : "";
  const chosen: readonly string[] = typeof draft === "string" ? [draft] : draft;

  return (
    <div
      data-question={question.id}
      className="space-y-3 p-4 @2xl:p-5"
      role={grouped ? (field.kind === "choice" ? "radiogroup" : "group") : undefined}
      aria-labelledby={grouped ? `${id}-label` : undefined}
      aria-describedby={grouped ? `${id}-why` : undefined}
    >
      <div className="space-y-1">
        <div className="flex flex-wrap items-center gap-2">
          {grouped ? (
            <span id={`${id}-label`} className="font-medium">
              {question.text}
            </span>
          ) : (
            <label htmlFor={id} className="font-medium">
              {question.text}
            </label>
          )}
          <Badge tone={priorityTones[question.priority]}>{strings.priorities[question.priority]}</Badge>
        </div>
        <p id={`${id}-why`} className="text-sm text-ink-soft">
          {strings.gate.why}: <Prose text={question.why} />
        </p>
      </div>

      {field.kind === "text" ? (
        field.max_length > 200 ? (
          <TextArea {...control} rows={3} value={text} onChange={(event) => onChange(event.target.value)} />
        ) : (
          <TextInput {...control} value={text} onChange={(event) => onChange(event.target.value)} />
        )
      ) : null}
      {field.kind === "number" ? (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {/* Not `type=number`, which swallows what it does not like and turns with the mouse's wheel. */}
          <TextInput {...control} inputMode="decimal" className="max-w-44" value={text} onChange={(event) => onChange(event.target.value)} />
          <span className="text-sm">{field.unit}</span>
          <span className="text-sm text-ink-soft">{strings.gate.range(number(field.minimum), number(field.maximum), "")}</span>
        </div>
      ) : null}
      {field.kind === "choice" || field.kind === "multi_choice" ? (
        <div className="flex flex-wrap gap-2">
          {field.choices.map(({ value, label }) => (
            <label
              key={value}
              className="flex min-h-10 cursor-pointer items-center gap-2 rounded-lg border border-line px-3 py-1.5 text-sm has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
            >
              <input
                type={field.kind === "choice" ? "radio" : "checkbox"}
                name={id}
                value={value}
                disabled={disabled}
                checked={chosen.includes(value)}
                aria-invalid={problem ? true : undefined}
                className="size-4 shrink-0 accent-accent-solid outline-none"
                onChange={(event) => {
                  if (field.kind === "choice") onChange(value);
                  else onChange(event.target.checked ? [...chosen, value] : chosen.filter((other) => other !== value));
                }}
              />
              {label}
            </label>
          ))}
        </div>
      ) : null}
      {problem ? <FieldProblem id={`${id}-problem`}>{problem}</FieldProblem> : null}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-soft">
        <span>
          {strings.gate.suggested(percent(suggestion.confidence))}, {strings.gate.basis[suggestion.basis]}: {suggestion.reason}
        </span>
        {isDefault(question, draft) ? null : (
          <Button tone="quiet" size="small" disabled={disabled} onClick={onReset}>
            <RotateCcw aria-hidden />
            {strings.gate.reset}
          </Button>
        )}
      </div>
    </div>
  );
}
