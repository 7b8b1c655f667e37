import { X } from "lucide-react";
import { useId } from "react";
import { Link } from "react-router";

import { GateAnswers, whoDecided } from "@/features/run/gates/gate-answers";
import { ModelUses } from "@/features/run/workflow/model-use";
import { NodeThinking } from "@/features/run/thinking";
import { NodeIcon, nodeName } from "@/features/run/workflow/workflow-list";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet, Gate } from "@/shared/api/types";
import { bytes, duration, number, percent } from "@/shared/lib/format";
import { kindOfGate } from "@/shared/live/fold";
import type { CardView, NodeView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";
import { Badge } from "@/shared/ui/badge";
import { Button } from "@/shared/ui/button";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";
import { Prose } from "@/shared/ui/prose";
import { Time } from "@/shared/ui/time";

type NodeRecord = DecisionSet["agent_runs"][number];

interface NodeDetailsProps {
  address: RunAddress;
  node: NodeView;
  records: readonly NodeRecord[];
  cards: readonly CardView[];
  gates: readonly Gate[];
  active: boolean;
  closeTo: string;
  cardTo: (sequence: number) => string;
}

/** One node: what it read, what came out, and the record of each of its rounds. */
export function NodeDetails({ address, node, records, cards, gates, active, closeTo, cardTo }: NodeDetailsProps) {
  const id = useId();
  const of = canvas.workflow;
  const own = records.filter(({ step }) => step.node === node.node).toSorted((a, b) => a.started_at.localeCompare(b.started_at));
  const decided = cards.filter(({ card }) => card.step.node === node.node);
  const here = gates.filter((gate) => node.node === `hitl_gate_${kindOfGate(gate.id)}`);
  return (
    <section aria-labelledby={`${id}-title`} className="space-y-4 rounded-xl border border-line bg-surface p-4 shadow-card">
      <div className="flex items-start justify-between gap-3">
        <h3 id={`${id}-title`} className="flex flex-wrap items-center gap-x-2 font-semibold">
          <NodeIcon state={node.state} stopped={!active && (node.state === "running" || node.state === "waiting")} />
          {nodeName(node.node)}
          <span className="text-sm font-normal whitespace-nowrap text-ink-soft">{strings.nodeStates[node.state]}</span>
        </h3>
        <Button asChild tone="quiet" size="icon" className="-m-1.5">
          <Link to={closeTo} replace preventScrollReset aria-label={of.close} title={of.close}>
            <X aria-hidden />
          </Link>
        </Button>
      </div>
      {node.summary ? (
        <p className="text-sm">
          <Prose text={node.summary} />
        </p>
      ) : null}
      {own.length === 0 && decided.length === 0 && (node.state === "skipped" || node.rounds === 0) ? <p className="text-sm text-ink-soft">{node.state === "skipped" ? of.skipped : of.notBegun}</p> : null}
      {node.retries > 0 ? <p className="text-sm text-warn">{of.retried(node.retries)}</p> : null}
      <NodeThinking node={node.node} />
      {here.map((gate) => (
        <div key={gate.id} className="space-y-1.5 text-sm">
          {gate.decision ? (
            <>
              <p>{whoDecided(gate, gate.decision)}</p>
              <p className="text-ink-soft">
                {of.waited}: {duration(Math.max(0, Date.parse(gate.decision.at) - Date.parse(gate.opened_at)))}
              </p>
              <GateAnswers gate={gate} decision={gate.decision} />
            </>
          ) : (
            <p className="font-medium text-warn">{of.stillWaits}</p>
          )}
        </div>
      ))}
      {decided.length > 0 ? (
        <div className="space-y-2">
          <h4 className="text-sm font-semibold">{of.cards}</h4>
          <ul className="space-y-2">
            {decided.map((view) => (
              <li key={view.sequence}>
                <Decided view={view} to={cardTo(view.sequence)} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {own.length > 0 ? (
        <div className="space-y-2">
          <h4 className="text-sm font-semibold">{of.records}</h4>
          <Records records={own} />
          <ModelUses address={address} records={own} />
        </div>
      ) : null}
    </section>
  );
}

function Decided({ view: { card }, to }: { view: CardView; to: string }) {
  const trigger = strings.run.triggers[card.trigger];
  return (
    <article className="space-y-2 rounded-lg bg-sunken/60 p-3 text-sm">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">
          <Prose text={card.decision} />
        </span>
        <span className="text-xs text-ink-soft">
          {[trigger, strings.run.confidence(percent(card.confidence.value))].filter(Boolean).join(" · ")}
        </span>
      </p>
      <div className="grid gap-x-6 gap-y-2 @2xl:grid-cols-2">
        <Facts title={strings.run.inputs} facts={card.inputs} />
        <Facts title={strings.run.outputs} facts={card.outputs} />
      </div>
      <Link to={to} replace className="text-accent underline underline-offset-2">
        {canvas.workflow.wholeCard}
      </Link>
    </article>
  );
}

function Facts({ title, facts }: { title: string; facts: readonly { label: string; value: string }[] }) {
  if (facts.length === 0) return null;
  return (
    <div>
      <p className="text-xs font-semibold text-ink-soft">{title}</p>
      <dl className="text-sm">
        {facts.map(({ label, value }, place) => (
          // Labels may repeat, and the facts of a card never move.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={`${label} ${place}`} className="flex flex-wrap gap-x-1.5">
            <dt className="text-ink-soft">{label}:</dt>
            <dd>
              <Prose text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Records({ records }: { records: readonly NodeRecord[] }) {
  const of = canvas.workflow;
  return (
    <DataTable caption={of.records}>
      <thead>
        <tr>
          {[of.round, of.began, of.took, of.ok, of.thinker, of.output].map((title) => (
            <HeadCell key={title}>{title}</HeadCell>
          ))}
        </tr>
      </thead>
      <tbody>
        {records.map(({ step, attempt, started_at, duration_ms, ok, thinker, tokens_total, output, signal }) => (
          <tr key={step.iteration}>
            <Cell className="tabular-nums">
              {step.iteration + 1}
              {attempt > 1 ? <span className="block text-xs text-ink-soft">{strings.run.attempt(attempt)}</span> : null}
            </Cell>
            <Cell className="whitespace-nowrap">
              <Time at={started_at} />
            </Cell>
            <Cell className="whitespace-nowrap tabular-nums">{duration(duration_ms)}</Cell>
            <Cell>
              <Badge tone={ok ? "good" : "bad"}>{ok ? of.fine : of.failed}</Badge>
            </Cell>
            <Cell className="min-w-32">
              {thinker.kind === "model" ? `${thinker.model} (${thinker.provider})` : of.rules}
              <span className="block text-xs text-ink-soft">{tokens_total > 0 ? `${number(tokens_total)} ${of.tokens.toLowerCase()}` : of.none}</span>
            </Cell>
            <Cell className="min-w-40">
              {bytes(output.size)} <code className="text-xs text-ink-soft">{output.sha256.slice(0, 12)}</code>
              <Signal signal={signal} />
            </Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}

/** What the state machine's choices went by. */
function Signal({ signal }: { signal: unknown }) {
  if (typeof signal !== "object" || signal === null || Object.keys(signal).length === 0) return null;
  return (
    <details className="text-xs">
      <summary className="text-accent">{canvas.workflow.signal}</summary>
      <pre className="mt-1 whitespace-pre-wrap">{JSON.stringify(signal, null, 1)}</pre>
    </details>
  );
}
