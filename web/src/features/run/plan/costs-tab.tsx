import { useQuery } from "@tanstack/react-query";
import { useContext } from "react";
import { Link } from "react-router";

import { budgetOf } from "@/features/run/plan/design-facts";
import { WhatIf } from "@/features/run/plan/what-if";
import { Findings } from "@/features/run/findings";
import { NotYet } from "@/features/run/not-yet";
import { useLinks } from "@/features/run/use-links";
import { Lines } from "@/features/run/lines";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { CostLine, CostReview, DecisionSet } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { duration, number, percent, signedUsd, usd, usdPerUnit, words } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";
import { PatternNames, Prose } from "@/shared/ui/prose";

export function CostsTab({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  const review = decisionSet.cost_review;
  // The version before, to compare with part by part; without it the page says everything else.
  const parent = useQuery({ ...queries.decisionSet({ projectId: address.projectId, runId: decisionSet.parent ?? "" }), enabled: Boolean(decisionSet.parent), staleTime: 60_000 });
  if (!review) return <NotYet />;
  const { estimate, budget, savings, trade_offs, findings } = review;
  const of = strings.result;
  const before = parent.data?.cost_review ?? null;
  return (
    <div className="space-y-7">
      <div className="flex flex-wrap gap-x-10 gap-y-3">
        <Figure label={of.expected} value={`${usd(estimate.expected_usd)} ${strings.gate.perMonth}`} note={of.range(usd(estimate.low_usd), usd(estimate.high_usd))} />
        {budget ? (
          <Figure label={of.budget} value={of.budgetUsed(percent(budget.used_share), budgetOf(decisionSet, budget.limit_usd))} note={budget.within ? of.withinBudget : of.overBudget} bad={!budget.within} />
        ) : null}
        {before ? (
          <Figure
            label={canvas.costs.before}
            value={deltaText(estimate.expected_usd - before.estimate.expected_usd)}
            note={`${usd(before.estimate.expected_usd)} → ${usd(estimate.expected_usd)}`}
          />
        ) : null}
      </div>
      <WhatIf address={address} ended={decisionSet.ended_at !== null && decisionSet.ended_at !== undefined} />
      <Breakdown review={review} before={before} />
      <Loads review={review} />
      <Widths review={review} />
      {findings.length > 0 ? (
        <section className="space-y-2">
          <h3 className="font-semibold">{strings.gate.findings}</h3>
          <Findings findings={findings} />
        </section>
      ) : null}
      {savings.length > 0 ? (
        <section className="space-y-2">
          <h3 className="font-semibold">{of.savings}</h3>
          <ul className="space-y-2 text-sm">
            {savings.map(({ title, monthly_usd, trade_off }) => (
              <li key={title}>
                <span className="font-medium">
                  <Prose text={title} />
                </span>{" "}
                <span className="text-good tabular-nums">−{usd(monthly_usd)}</span>
                <span className="block text-ink-soft">
                  <Prose text={trade_off} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Lines title={of.tradeOffs} lines={trade_offs} />
      <UnitCosts review={review} />
      <LineTable lines={estimate.lines} />
      <Lines title={of.assumptions} lines={estimate.assumptions} />
    </div>
  );
}

function deltaText(delta: number): string {
  return usd(Math.abs(delta)) === usd(0) ? canvas.costs.noDelta : signedUsd(delta);
}

function Figure({ label, value, note, bad = false }: { label: string; value: string; note: string; bad?: boolean }) {
  return (
    <div>
      <p className="text-xs font-semibold text-ink-soft">{label}</p>
      <p className="text-xl font-semibold tabular-nums">{value}</p>
      <p className={bad ? "text-sm font-medium text-bad" : "text-sm text-ink-soft"}>{note}</p>
    </div>
  );
}

interface PartCost {
  readonly pattern: string;
  readonly name: string;
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** What each part costs; a review of an older run has the lines only. */
function partsOf({ components, estimate }: CostReview, names: ReadonlyMap<string, string>): PartCost[] {
  if (components && components.length > 0) return components.map(({ pattern, name, low_usd, expected_usd, high_usd }) => ({ pattern, name, low: low_usd, expected: expected_usd, high: high_usd }));
  const sums = new Map<string, number>();
  for (const { pattern, monthly_usd } of estimate.lines) sums.set(pattern, (sums.get(pattern) ?? 0) + monthly_usd);
  return [...sums]
    .toSorted(([, a], [, b]) => b - a)
    .map(([pattern, sum]) => ({ pattern, name: names.get(pattern) ?? words(pattern.split(".").at(-1) ?? pattern), low: sum, expected: sum, high: sum }));
}

/** The fewest parts that make at least this share of the whole are said to dominate it. */
const DOMINANT = 0.75;

function dominant(parts: readonly PartCost[], total: number): { names: string[]; share: number } {
  const names: string[] = [];
  let sum = 0;
  for (const { name, expected } of parts.toSorted((a, b) => b.expected - a.expected)) {
    if (total <= 0 || sum / total >= DOMINANT) break;
    names.push(name);
    sum += expected;
  }
  return { names, share: total > 0 ? sum / total : 0 };
}

/** Money per part as bands from low to high; the numbers stand beside them, so the bands need no words of their own. */
function Breakdown({ review, before }: { review: CostReview; before: CostReview | null }) {
  const names = useContext(PatternNames);
  const { link } = useLinks();
  const of = canvas.costs;
  const parts = partsOf(review, names);
  const total = review.estimate.expected_usd;
  const most = Math.max(...parts.map(({ high }) => high), 0.01);
  const earlier = before ? partsOf(before, names) : [];
  const gone = earlier.filter(({ pattern, expected }) => expected > 0 && !parts.some((part) => part.pattern === pattern));
  const { names: heavy, share } = dominant(parts, total);
  return (
    <section className="space-y-3">
      <h3 className="font-semibold">{of.parts}</h3>
      <p className="text-sm">{heavy.length > 0 && heavy.length < parts.length ? of.dominated(heavy.join(of.and), percent(share)) : null}</p>
      <ul className="space-y-2.5 text-sm">
        {parts.map(({ pattern, name, low, expected, high }) => {
          const was = earlier.find((part) => part.pattern === pattern);
          return (
            <li key={pattern} className="grid grid-cols-[minmax(0,15rem)_minmax(4rem,1fr)_7rem_8.5rem] items-center gap-x-4 gap-y-1 @max-3xl:grid-cols-[1fr_auto]">
              <Link to={link({ tab: "plan", component: pattern })} preventScrollReset className="hover:underline" title={pattern}>
                {name}
              </Link>
              <Band low={low} expected={expected} high={high} most={most} />
              <span className="text-end whitespace-nowrap tabular-nums @max-3xl:col-start-2 @max-3xl:row-start-1">
                <span className="font-medium">{usd(expected)}</span> <span className="text-ink-soft">{percent(total > 0 ? expected / total : 0)}</span>
              </span>
              <span className="text-end text-xs text-ink-soft tabular-nums @max-3xl:col-span-2 @max-3xl:text-start">
                {high > low ? `${usd(low)} – ${usd(high)}` : null}
                {before ? <span className="block">{was ? deltaText(expected - was.expected) : of.newPart}</span> : null}
              </span>
            </li>
          );
        })}
      </ul>
      {gone.length > 0 ? (
        <p className="text-sm text-ink-soft">
          {of.gone}: {gone.map(({ name, expected }) => `${name} (${signedUsd(-expected)})`).join(", ")}
        </p>
      ) : null}
      <p className="text-xs text-ink-soft">{of.partsHint}</p>
    </section>
  );
}

function Band({ low, expected, high, most }: Omit<PartCost, "pattern" | "name"> & { most: number }) {
  const at = (amount: number) => `${(100 * amount) / most}%`;
  return (
    <span className="relative h-4 rounded bg-sunken @max-3xl:col-span-2" aria-hidden>
      <span className="absolute inset-y-0 left-0 rounded-s bg-accent-solid/80" style={{ width: at(low) }} />
      <span className="absolute inset-y-0 rounded-e bg-accent-solid/35" style={{ left: at(low), width: at(high - low) }} />
      <span className="absolute -inset-y-0.5 w-0.5 -translate-x-1/2 bg-ink" style={{ left: at(expected) }} />
    </span>
  );
}

/** The same design at other loads. */
function Loads({ review: { sensitivity, budget } }: { review: CostReview }) {
  const of = canvas.costs;
  if (!sensitivity || sensitivity.length < 2) return null;
  const most = Math.max(...sensitivity.map(({ monthly_usd }) => monthly_usd), budget?.limit_usd ?? 0);
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{of.loads}</h3>
      <p className="text-sm text-ink-soft">{of.loadsHint}</p>
      <DataTable caption={of.loads}>
        <thead>
          <tr>
            <HeadCell>{of.load}</HeadCell>
            <HeadCell className="min-w-64">{strings.result.monthly}</HeadCell>
            <HeadCell className="text-end">{of.thousand}</HeadCell>
            <HeadCell className="text-end">{of.latency}</HeadCell>
            <HeadCell>{of.breaks}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {sensitivity.map(({ factor, monthly_usd, usd_per_thousand, latency_ms, breaks }) => (
            <tr key={factor} className={factor === 1 ? "bg-accent-soft/60" : undefined}>
              <Cell className="font-medium whitespace-nowrap tabular-nums">
                {of.times(number(factor))} {factor === 1 ? <span className="text-xs font-normal text-ink-soft">{of.planned}</span> : null}
              </Cell>
              <Cell>
                <span className="flex items-center gap-3">
                  <span className="relative h-3 flex-1 rounded bg-sunken" aria-hidden>
                    <span className={classNames("absolute inset-y-0 left-0 rounded", budget && monthly_usd > budget.limit_usd ? "bg-bad-solid" : "bg-accent-solid")} style={{ width: `${(100 * monthly_usd) / most}%` }} />
                    {budget ? <span className="absolute -inset-y-1 w-0.5 -translate-x-1/2 bg-ink" title={of.budgetLine} style={{ left: `${(100 * budget.limit_usd) / most}%` }} /> : null}
                  </span>
                  <span className="w-16 text-end tabular-nums">{usd(monthly_usd)}</span>
                </span>
              </Cell>
              <Cell className="text-end whitespace-nowrap tabular-nums">{usdPerUnit(usd_per_thousand)}</Cell>
              <Cell className="text-end whitespace-nowrap tabular-nums">{latency_ms === null || latency_ms === undefined ? "–" : duration(latency_ms)}</Cell>
              <Cell className="min-w-40 text-bad">{breaks.join(", ")}</Cell>
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}

/** Which lines make the range as wide as it is, and why. */
function Widths({ review: { range } }: { review: CostReview }) {
  const of = canvas.costs;
  if (!range || range.length === 0) return null;
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{of.width}</h3>
      <ul className="space-y-2 text-sm">
        {range.slice(0, 5).map(({ pattern, item, low_usd, high_usd, share_of_width, why }) => (
          <li key={`${pattern} ${item}`}>
            <span className="font-medium">{item}</span>{" "}
            <span className="text-ink-soft tabular-nums">
              {usd(low_usd)} – {usd(high_usd)}, {of.ofWidth(percent(share_of_width))}
            </span>
            <span className="block text-ink-soft">
              <Prose text={why} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function UnitCosts({ review: { unit_costs, free_tier } }: { review: CostReview }) {
  const of = canvas.costs;
  if (!unit_costs || unit_costs.length === 0) return null;
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{of.units}</h3>
      <dl className="grid gap-x-8 gap-y-2 text-sm @2xl:grid-cols-2">
        {unit_costs.map(({ per, usd: amount, formula }) => (
          <div key={per}>
            <dt className="text-ink-soft">{per}</dt>
            <dd>
              <span className="font-medium tabular-nums">{usdPerUnit(amount)}</span> <span className="text-xs text-ink-soft">{formula}</span>
            </dd>
          </div>
        ))}
      </dl>
      {free_tier && free_tier.length > 0 ? (
        <details className="text-sm">
          <summary className="text-accent">{of.free}</summary>
          <ul className="mt-1 list-disc space-y-0.5 ps-5">
            {free_tier.map(({ item, worth_usd, terms }) => (
              <li key={item}>
                {item}: {of.worth(usd(worth_usd))} <span className="text-ink-soft">({terms})</span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  );
}

/** Every line with its arithmetic and its source. */
function LineTable({ lines }: { lines: readonly CostLine[] }) {
  const of = strings.result;
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{canvas.costs.lines}</h3>
      <DataTable caption={canvas.costs.lines}>
        <thead>
          <tr>
            <HeadCell>{of.item}</HeadCell>
            <HeadCell>{of.quantity}</HeadCell>
            <HeadCell className="text-end">{of.unitPrice}</HeadCell>
            <HeadCell className="text-end">{of.monthly}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {lines.toSorted((a, b) => b.monthly_usd - a.monthly_usd).map((line) => (
            <tr key={`${line.pattern} ${line.item} ${line.price_id}`}>
              <Cell className="min-w-44">
                <span className="font-medium">{line.item}</span>
                <span className="line-clamp-2 text-xs text-ink-soft" title={`${of.source}: ${line.price_source}`}>
                  {line.price_source} ({line.price_date})
                </span>
              </Cell>
              <Cell className="min-w-48">
                {number(line.quantity)} {line.unit}
                <span className="block text-xs text-ink-soft">{line.formula}</span>
              </Cell>
              <Cell className="text-end whitespace-nowrap tabular-nums">{usdPerUnit(line.unit_price_usd)}</Cell>
              <Cell className="text-end whitespace-nowrap tabular-nums">{usd(line.monthly_usd)}</Cell>
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}
