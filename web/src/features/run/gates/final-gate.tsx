import { Columns2 } from "lucide-react";
import { useId, useRef, useState } from "react";
import type { FormEvent, ReactNode } from "react";

import { CandidateList } from "@/features/run/plan/candidate-list";
import { budgetOf, cloudOf, notUnderstood, regionsOf } from "@/features/run/plan/design-facts";
import { Findings } from "@/features/run/findings";
import { GateChanges } from "@/features/run/gates/gate-changes";
import { gateKey } from "@/features/run/gates/gate-key";
import { GateTimer } from "@/features/run/gates/gate-timer";
import type { CanvasFold } from "@/features/run/panels/panels";
import { PolicyTable } from "@/features/run/plan/policy-table";
import { SentenceList } from "@/features/run/lines";
import { asProblem } from "@/shared/api/problem";
import type { ApiProblem } from "@/shared/api/problem";
import { useAnswerGate, useHoldGate } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { Decision, DecisionSet, Gate } from "@/shared/api/types";
import { percent, usd } from "@/shared/lib/format";
import { textField, useTyped } from "@/shared/lib/kept";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { Confirm } from "@/shared/ui/dialog";
import { FieldProblem, TextArea } from "@/shared/ui/field";
import { Markdown } from "@/shared/ui/markdown";
import { Notice } from "@/shared/ui/notice";
import { Prose } from "@/shared/ui/prose";
import { Restored } from "@/shared/ui/restored";
import { Skeleton } from "@/shared/ui/skeleton";

/** The API's limit for a comment. */
const COMMENT_MAX = 5_000;

const NOTHING_TYPED = { revising: false, comment: "" };

function commentOf(stored: unknown): typeof NOTHING_TYPED | null {
  const comment = textField(stored, "comment");
  const revising = (stored as { revising?: unknown } | null)?.revising;
  return comment === null || typeof revising !== "boolean" ? null : { revising, comment };
}

interface FinalGateProps {
  gate: Gate;
  address: RunAddress;
  decisionSet: DecisionSet | undefined;
  onDecided: () => void;
  onConflict: (problem: ApiProblem) => void;
  /** The canvas beside it, which can make room; `null` where panels are not side by side, as on a phone. */
  fold?: CanvasFold | null;
}

export function FinalGate({ gate, address, decisionSet, onDecided, onConflict, fold = null }: FinalGateProps) {
  const id = useId();
  const typed = useTyped(gateKey(address, gate.id), () => NOTHING_TYPED, commentOf);
  const { revising, comment } = typed.value;
  const [problem, setProblem] = useState<string | null>(null);
  const [touched, setTouched] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const revise = useRef<HTMLButtonElement>(null);
  const hold = useHoldGate(address);
  const answer = useAnswerGate(address, onConflict);
  const waiting = answer.isPending || answer.isSuccess;

  function touch() {
    if (gate.held || touched) return;
    setTouched(true);
    hold.mutate(gate.id, { onError: () => setTouched(false) });
  }
  /** What takes the place of the other is there after the next paint, and has the focus: whoever asked for it goes on in it. */
  function setRevising(next: boolean) {
    typed.change({ ...typed.value, revising: next });
    requestAnimationFrame(() => (next ? box : revise).current?.focus());
  }

  function decide(decision: Decision, words?: string) {
    answer.mutate(
      { gate: gate.id, subject_hash: gate.subject_hash, decision, ...(words ? { comment: words } : {}) },
      {
        onSuccess: () => {
          typed.forget();
          onDecided();
        },
        onError: (error) => {
          setProblem(asProblem(error).errors.find(({ field }) => field === "comment")?.detail ?? null);
        },
      },
    );
  }

  function sendBack(event: FormEvent) {
    event.preventDefault();
    const words = comment.trim();
    setProblem(words === "" ? strings.gate.commentMissing : null);
    if (words === "") box.current?.focus();
    else decide("revise", words);
  }

  const refused = answer.error && asProblem(answer.error);
  const may = (decision: Decision) => gate.options.includes(decision);
  return (
    <Card aria-labelledby={`${id}-title`} className="border-accent/50">
      <div className="space-y-2 border-b border-line p-4 @2xl:p-5">
        <h2 id={`${id}-title`} className="text-lg font-semibold">
          {strings.gate.finalTitle}
        </h2>
        <p className="text-sm">
          <Prose text={gate.summary} />
        </p>
        <GateTimer gate={gate} touched={touched} />
        {fold ? (
          <Button size="small" aria-pressed={!fold.open} onClick={fold.toggle}>
            <Columns2 aria-hidden />
            {fold.open ? strings.gate.sideBySide : strings.gate.withCanvas}
          </Button>
        ) : null}
        {gate.risks && gate.risks.length > 0 ? (
          <Notice tone="warn" title={strings.gate.risks}>
            <SentenceList sentences={gate.risks} className="space-y-1" />
          </Notice>
        ) : null}
        {gate.auto_approval.blockers.length > 0 ? (
          <details className="text-sm text-ink-soft">
            <summary>{strings.gate.blockers}</summary>
            <SentenceList sentences={gate.auto_approval.blockers} className="pt-1" />
          </details>
        ) : null}
      </div>

      <div onPointerDownCapture={touch} onFocusCapture={touch} className="p-4 @2xl:p-5">
        {decisionSet ? (
          <PlanUnderReview decisionSet={decisionSet} told={gate.summary} changes={<GateChanges address={address} decisionSet={decisionSet} />} />
        ) : (
          <Skeleton lines={5} />
        )}
      </div>

      <div className="space-y-4 border-t border-line p-4 @2xl:p-5">
        {refused && refused.status !== 409 && !problem ? (
          <Notice tone="bad" role="alert" title={strings.gate.failed}>
            <p>{refused.message}</p>
          </Notice>
        ) : null}
        {revising ? (
          <form onSubmit={sendBack} onFocusCapture={touch} onInputCapture={touch} className="space-y-2" noValidate>
            {typed.restored ? <Restored onDiscard={() => typed.change({ ...NOTHING_TYPED, revising: true })} /> : null}
            <label htmlFor={`${id}-comment`} className="block font-medium">
              {strings.gate.comment}
            </label>
            <TextArea
              id={`${id}-comment`}
              ref={box}
              rows={3}
              maxLength={COMMENT_MAX}
              value={comment}
              disabled={waiting}
              placeholder={strings.gate.commentPlaceholder}
              aria-invalid={problem ? true : undefined}
              aria-errormessage={problem ? `${id}-problem` : undefined}
              onChange={(event) => typed.change({ revising, comment: event.target.value })}
            />
            {problem ? <FieldProblem id={`${id}-problem`}>{problem}</FieldProblem> : null}
            <div className="flex flex-wrap gap-2">
              <Button type="submit" tone="primary" busy={waiting}>
                {strings.gate.sendRevision}
              </Button>
              <Button disabled={waiting} onClick={() => setRevising(false)}>
                {strings.common.keep}
              </Button>
            </div>
          </form>
        ) : (
          <div className="flex flex-col gap-2 @2xl:flex-row">
            {may("approve") ? (
              <Button tone="primary" busy={waiting} onClick={() => decide("approve")}>
                {strings.gate.approve}
              </Button>
            ) : null}
            {may("revise") ? (
              <Button ref={revise} disabled={waiting} onClick={() => setRevising(true)}>
                {strings.gate.revise}
              </Button>
            ) : null}
            {may("reject") ? (
              <Confirm
                trigger={
                  <Button tone="quiet" disabled={waiting} className="text-bad">
                    {strings.gate.reject}
                  </Button>
                }
                title={strings.gate.rejectTitle}
                text={strings.gate.rejectText}
                confirm={strings.gate.rejectConfirm}
                onConfirm={() => decide("reject")}
              />
            ) : null}
          </div>
        )}
      </div>
    </Card>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}

/**
 * What is being approved, in the order in which a person asks: what changed, what, why, how much; beside it, where there is room, what
 * is wrong and what else there was.
 */
function PlanUnderReview({ decisionSet, told, changes }: { decisionSet: DecisionSet; told: string; changes: ReactNode }) {
  const { plan, cost_review: cost, tech_review: tech, policy_report: policy } = decisionSet;
  const selected = plan?.candidates.find(({ id }) => id === plan.selected);
  if (!plan || !selected) return <p className="text-sm text-ink-soft">{strings.gate.noPlan}</p>;
  const findings = [...(tech?.findings ?? []), ...(cost?.findings ?? [])];
  const cloud = cloudOf(plan);
  const regions = regionsOf(plan);
  const unread = notUnderstood(plan.responses);
  return (
    <div className="grid grid-cols-1 gap-x-8 gap-y-5 @2xl:grid-cols-2">
      <div className="min-w-0 space-y-5">
        {changes}
        {unread.length > 0 ? (
          <Notice tone="warn" title={strings.gate.notUnderstoodTitle}>
            <ul className="list-disc ps-5">
              {unread.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <p>{strings.gate.notUnderstoodHelp}</p>
          </Notice>
        ) : null}
        <Part title={`${strings.gate.plan}: ${selected.name}`}>
          {told.includes(selected.summary.trim()) ? null : (
            <p className="text-sm">
              <Prose text={selected.summary} />
            </p>
          )}
          <Markdown text={plan.reason} className="text-sm" />
          <ul className="flex flex-wrap gap-2">
            {selected.components.map(({ pattern, name, capability }) => (
              <li key={pattern + capability} title={pattern} className="rounded-lg border border-line px-2.5 py-1 text-sm">
                <span className="text-ink-soft">{capability}</span> {name}
              </li>
            ))}
          </ul>
          <p className="text-sm">
            <span className="text-ink-soft">{strings.gate.where}:</span> {strings.clouds[cloud]}
            {regions === null ? null : (
              <>
                {", "}
                <Prose text={regions} />
              </>
            )}
          </p>
        </Part>
        {cloud === "aws" ? null : (
          <Notice tone="warn" title={strings.gate.awsOnlyTitle}>
            <p>{strings.gate.awsOnly}</p>
          </Notice>
        )}
        {cost ? (
          <Part title={strings.result.tabs.costs}>
            <p className="text-sm">
              <strong className="text-base">{usd(cost.estimate.expected_usd)}</strong> {strings.gate.perMonth} (
              {strings.result.range(usd(cost.estimate.low_usd), usd(cost.estimate.high_usd))})
              {cost.budget ? (
                <>
                  {"; "}
                  <span className={cost.budget.within ? "text-good" : "font-medium text-bad"}>
                    {strings.result.budgetUsed(percent(cost.budget.used_share), budgetOf(decisionSet, cost.budget.limit_usd))}, {cost.budget.within ? strings.result.withinBudget : strings.result.overBudget}
                  </span>
                </>
              ) : null}
            </p>
          </Part>
        ) : null}
      </div>
      <div className="min-w-0 space-y-5">
        <Part title={strings.gate.findings}>
          <Findings findings={findings} />
        </Part>
        {policy ? (
          <Part title={`${strings.result.tabs.policy}: ${strings.result.policySummary(policy.passed, policy.failed)}`}>
            <PolicyTable report={policy} onlyFailed />
          </Part>
        ) : null}
        <Part title={strings.gate.candidates}>
          <CandidateList candidates={plan.candidates} selected={plan.selected} known={selected.summary} />
        </Part>
      </div>
    </div>
  );
}
