import { Database, Sparkles } from "lucide-react";
import { Suspense, lazy, useState } from "react";
import type { ReactNode } from "react";

import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { duration, number, usdPerUnit, words } from "@/shared/lib/format";
import { canvas } from "@/shared/strings-canvas";
import { Badge } from "@/shared/ui/badge";
import { Button } from "@/shared/ui/button";
import { Prose } from "@/shared/ui/prose";
import { Skeleton } from "@/shared/ui/skeleton";

/** With what compares two texts, which few look at. */
const ModelEffect = lazy(async () => ({ default: (await import("@/features/run/workflow/model-effect")).ModelEffect }));

type NodeRecord = DecisionSet["agent_runs"][number];
type Use = NonNullable<NodeRecord["model"]>;

/** What asking a model came to, per round in which one was asked. */
export function ModelUses({ address, records }: { address: RunAddress; records: readonly NodeRecord[] }) {
  const asked = records.flatMap(({ step, model }) => (model ? [{ step, model }] : []));
  return asked.map(({ step, model }) => <ModelUse key={step.iteration} address={address} step={step} round={records.length > 1 ? step.iteration + 1 : null} use={model} />);
}

interface ModelUseProps {
  address: RunAddress;
  step: NodeRecord["step"];
  round: number | null;
  use: Use;
}

function ModelUse({ address, step, round, use }: ModelUseProps) {
  const of = canvas.model;
  const [compared, setCompared] = useState(false);
  const answered = use.outcome === "answered";
  return (
    <section aria-label={of.titleOf(round)} className="space-y-3 rounded-lg border border-line p-3 text-sm">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Sparkles className="size-4 text-accent" aria-hidden />
        <span className="font-semibold">{use.model}</span>
        <span className="text-ink-soft">{use.provider}</span>
        {round === null ? null : <span className="text-ink-soft">{of.round(round)}</span>}
        <Badge tone={answered ? "good" : "warn"}>{of.outcomes[use.outcome] ?? words(use.outcome)}</Badge>
        {use.cache_hit ? (
          <Badge>
            <Database aria-hidden />
            {of.cacheHit}
          </Badge>
        ) : null}
        {use.repaired ? <Badge tone="warn">{of.repaired}</Badge> : null}
      </p>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 @lg:grid-cols-4">
        <Figure name={of.requests}>{number(use.requests)}</Figure>
        <Figure name={of.tokens}>{of.readAndWritten(number(use.tokens_read), number(use.tokens_written))}</Figure>
        <Figure name={of.cost}>{typeof use.usd === "number" ? usdPerUnit(use.usd) : of.unknown}</Figure>
        <Figure name={of.latency}>{duration(use.latency_ms)}</Figure>
      </dl>
      <Facts title={of.kept} none={answered ? of.nothingKept : null} facts={use.kept} />
      <Facts title={of.dropped} none={null} facts={use.dropped} />
      {use.rules_alone ? (
        <div className="space-y-2">
          <Button size="small" aria-expanded={compared} onClick={() => setCompared(!compared)}>
            {of.effect}
          </Button>
          {compared ? (
            <Suspense fallback={<Skeleton lines={4} />}>
              <ModelEffect address={address} node={step.node} iteration={step.iteration} />
            </Suspense>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-ink-soft">{name}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
  );
}

function Facts({ title, none, facts }: { title: string; none: string | null; facts: Use["kept"] }) {
  if (facts.length === 0) return none === null ? null : <p className="text-ink-soft">{none}</p>;
  return (
    <div className="space-y-1">
      <p className="text-xs font-semibold text-ink-soft">{title}</p>
      <ul className="space-y-1">
        {facts.map(({ label, value }, place) => (
          // Labels may repeat, and the facts of a record never move.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${label} ${place}`}>
            <span className="font-medium">
              <Prose text={label} />
            </span>
            {value ? (
              <span className="block text-ink-soft">
                <Prose text={value} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
