import { useState } from "react";

import { axesOf, figuresOf, figuresOfPoint, heightOn } from "@/features/run/plan/candidate-axes";
import type { Axis, AxisName, Figures } from "@/features/run/plan/candidate-axes";
import { NotYet } from "@/features/run/not-yet";
import { Lines } from "@/features/run/lines";
import type { Candidate, DecisionSet } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { availability, capacity, duration, number, percent, usd } from "@/shared/lib/format";
import { useWidth } from "@/shared/lib/use-width";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";
import { Badge } from "@/shared/ui/badge";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";
import { Prose } from "@/shared/ui/prose";

type Plan = NonNullable<DecisionSet["plan"]>;

/** How the designs compare: as lines, in figures, by their scores, and in words. */
export function CandidatesTab({ decisionSet: { plan } }: { decisionSet: DecisionSet }) {
  const selected = plan?.candidates.find(({ id }) => id === plan.selected);
  if (!plan || !selected) return <NotYet />;
  const of = canvas.candidates;
  const losers = plan.candidates.filter(({ id }) => id !== plan.selected);
  return (
    <div className="space-y-7">
      {plan.compared && plan.compared.combinations > 0 ? (
        <p className="max-w-4xl text-sm text-ink-soft">{of.compared(number(plan.compared.combinations), number(plan.compared.feasible), number(plan.compared.front))}</p>
      ) : null}
      <Chart plan={plan} />
      <FigureTable candidates={plan.candidates} selected={selected} />
      {losers.length > 0 ? (
        <section className="space-y-3">
          <h3 className="font-semibold">{of.reasons}</h3>
          <ul className="grid gap-3 @5xl:grid-cols-2">
            {losers.map((candidate) => (
              <li key={candidate.id} className="space-y-2 rounded-lg border border-line p-4 text-sm">
                <Loser candidate={candidate} selected={selected} />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Scores plan={plan} />
      <Lines title={of.relaxations} lines={(plan.relaxations ?? []).map(({ text }) => text)} />
      <Lines title={of.excluded} lines={plan.excluded.map(({ pattern, reason }) => `${pattern}: ${reason}`)} />
    </div>
  );
}

const DASHES = ["", "7 5", "2 5", "12 4 2 4"] as const;
const HIGH = 230;
const TOP = 44;
const BOTTOM = 26;

function valueOn(name: AxisName, value: number): string {
  switch (name) {
    case "score":
    case "risk":
      return percent(value);
    case "cost":
      return usd(value);
    case "latency":
      return duration(value);
    case "operations":
      return canvas.candidates.hours(number(value));
    case "availability":
      return availability(value);
  }
}

interface Line {
  readonly key: string;
  readonly name: string;
  readonly figures: Figures;
  readonly chosen: boolean;
  readonly dash: string;
}

/** A line through the axes that it has a value on; a gap where it has none. */
function pathOf(figures: Figures, axes: readonly Axis[], xOf: (place: number) => number): string {
  let joined = false;
  return axes
    .map((axis, place) => {
      const value = figures[axis.name];
      const step = value === null ? "" : `${joined ? "L" : "M"}${xOf(place).toFixed(1)} ${(TOP + (1 - heightOn(axis, value)) * HIGH).toFixed(1)}`;
      joined = value !== null;
      return step;
    })
    .join("");
}

/** Parallel axes. The table below says the same in figures, so the picture is one image to a screen reader. */
function Chart({ plan }: { plan: Plan }) {
  const of = canvas.candidates;
  const [box, width] = useWidth();
  const [lit, setLit] = useState<string | null>(null);
  const others = (plan.pareto ?? []).filter(({ candidate, feasible }) => feasible && (candidate === null || candidate === undefined)).map(figuresOfPoint);
  const lines = plan.candidates.map((candidate, place): Line => {
    const chosen = candidate.id === plan.selected;
    return { key: candidate.id, name: candidate.name, figures: figuresOf(candidate), chosen, dash: chosen ? "" : (DASHES[1 + (place % (DASHES.length - 1))] ?? "") };
  });
  const axes = axesOf(
    lines.map(({ figures }) => figures),
    others,
  );
  if (axes.length < 2) return null;
  const margin = width < 500 ? 34 : 56;
  const xOf = (place: number) => margin + (place * (width - 2 * margin)) / (axes.length - 1);
  const small = width < 500;
  return (
    <figure className="space-y-3">
      <div ref={box}>
        {width === 0 ? (
          <div style={{ height: HIGH + TOP + BOTTOM }} />
        ) : (
          <svg width={width} height={HIGH + TOP + BOTTOM} role="img" aria-label={of.chart} className="overflow-visible text-[0.6875rem]">
            {axes.map((axis, place) => (
              <g key={axis.name} textAnchor="middle">
                <text x={xOf(place)} y={13} className={classNames("fill-ink font-semibold", small ? "text-[0.625rem]" : "text-xs")}>
                  {of.axes[axis.name]}
                </text>
                <text x={xOf(place)} y={TOP - 9} className={classNames("fill-ink-soft tabular-nums", small && "text-[0.625rem]")}>
                  {valueOn(axis.name, axis.best)}
                </text>
                <line x1={xOf(place)} x2={xOf(place)} y1={TOP} y2={TOP + HIGH} stroke="var(--line)" strokeWidth="2" />
                <text x={xOf(place)} y={TOP + HIGH + 17} className={classNames("fill-ink-soft tabular-nums", small && "text-[0.625rem]")}>
                  {axis.best === axis.worst ? "" : valueOn(axis.name, axis.worst)}
                </text>
              </g>
            ))}
            {others.map((figures, place) => (
              // The points of a comparison have no other name and never move.
              // oxlint-disable-next-line react/no-array-index-key
              <path key={place} d={pathOf(figures, axes, xOf)} fill="none" stroke="var(--line-strong)" strokeWidth="1" opacity="0.3" />
            ))}
            {lines.toReversed().map(({ key, figures, chosen, dash }) => (
              <g key={key} opacity={lit === null || lit === key ? 1 : 0.2} className="transition-opacity">
                <path d={pathOf(figures, axes, xOf)} fill="none" stroke={chosen ? "var(--accent)" : "var(--ink-soft)"} strokeWidth={chosen || lit === key ? 3 : 2} strokeDasharray={dash} strokeLinejoin="round" />
                {axes.map((axis, place) => {
                  const value = figures[axis.name];
                  return value === null ? null : <circle key={axis.name} cx={xOf(place)} cy={TOP + (1 - heightOn(axis, value)) * HIGH} r={chosen ? 4.5 : 3.5} fill={chosen ? "var(--accent)" : "var(--ink-soft)"} stroke="var(--surface)" strokeWidth="1.5" />;
                })}
              </g>
            ))}
          </svg>
        )}
      </div>
      <figcaption className="space-y-2 text-xs text-ink-soft">
        <ul className="flex flex-wrap gap-x-5 gap-y-1">
          {lines.map(({ key, name, chosen, dash }) => (
            <li key={key} className={classNames("flex items-center gap-2", chosen && "font-semibold text-ink")} onPointerEnter={() => setLit(key)} onPointerLeave={() => setLit(null)}>
              <svg width="30" height="8" aria-hidden>
                <line x1="0" x2="30" y1="4" y2="4" stroke={chosen ? "var(--accent)" : "var(--ink-soft)"} strokeWidth={chosen ? 3 : 2} strokeDasharray={dash} />
              </svg>
              {name} {chosen ? <Badge tone="accent">{strings.gate.chosen}</Badge> : null}
            </li>
          ))}
          {others.length > 0 ? (
            <li className="flex items-center gap-2">
              <svg width="30" height="8" aria-hidden>
                <line x1="0" x2="30" y1="4" y2="4" stroke="var(--line-strong)" strokeWidth="1" opacity="0.6" />
              </svg>
              {of.otherCount(others.length)}
            </li>
          ) : null}
        </ul>
        <p>{of.chartHint}</p>
      </figcaption>
    </figure>
  );
}

function FigureTable({ candidates, selected }: { candidates: readonly Candidate[]; selected: Candidate }) {
  const of = strings.candidate;
  const best = {
    cost: Math.min(...candidates.map(({ metrics }) => metrics.monthly_usd)),
    score: Math.max(...candidates.map(({ total_score }) => total_score)),
    latency: Math.min(...candidates.map(({ metrics }) => metrics.latency_p95_ms ?? Infinity)),
    availability: Math.max(...candidates.map(({ metrics }) => metrics.availability_percent)),
    operations: Math.min(...candidates.map(({ metrics }) => metrics.operations_hours_per_month)),
    risk: Math.min(...candidates.map(({ metrics }) => metrics.risk)),
  };
  // The best is marked where the candidates differ.
  const mark = (value: number | null | undefined, name: keyof typeof best, valueOf: (candidate: Candidate) => number | null | undefined) =>
    classNames("text-end whitespace-nowrap tabular-nums", value === best[name] && candidates.some((one) => valueOf(one) !== value) && "font-semibold text-good");
  return (
    <DataTable caption={canvas.candidates.table}>
      <thead>
        <tr>
          <HeadCell>{of.name}</HeadCell>
          {[of.score, of.cost, of.latency, of.capacity, of.availability, of.operations, of.risk].map((title) => (
            <HeadCell key={title} className="text-end">
              {title}
            </HeadCell>
          ))}
        </tr>
      </thead>
      <tbody>
        {candidates.map(({ id, name, total_score, metrics, violations }) => (
          <tr key={id} className={id === selected.id ? "bg-accent-soft/60" : undefined}>
            <Cell className="min-w-48">
              <span className="font-medium">{name}</span> {id === selected.id ? <Badge tone="accent">{strings.gate.chosen}</Badge> : null}
              {violations.length > 0 ? <span className="block text-xs text-bad">{canvas.candidates.breaks(violations.length)}</span> : null}
            </Cell>
            <Cell className={mark(total_score, "score", (one) => one.total_score)}>{percent(total_score)}</Cell>
            <Cell className={mark(metrics.monthly_usd, "cost", (one) => one.metrics.monthly_usd)}>{usd(metrics.monthly_usd)}</Cell>
            <Cell className={mark(metrics.latency_p95_ms, "latency", (one) => one.metrics.latency_p95_ms)}>{metrics.latency_p95_ms === null || metrics.latency_p95_ms === undefined ? of.batch : duration(metrics.latency_p95_ms)}</Cell>
            <Cell className="text-end whitespace-nowrap tabular-nums">{metrics.max_per_second === null || metrics.max_per_second === undefined ? of.unbounded : capacity(metrics.max_per_second)}</Cell>
            <Cell className={mark(metrics.availability_percent, "availability", (one) => one.metrics.availability_percent)}>{availability(metrics.availability_percent)}</Cell>
            <Cell className={mark(metrics.operations_hours_per_month, "operations", (one) => one.metrics.operations_hours_per_month)}>{number(metrics.operations_hours_per_month)}</Cell>
            <Cell className={mark(metrics.risk, "risk", (one) => one.metrics.risk)}>{percent(metrics.risk)}</Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}

/** A difference in words, such as `$176 less`. */
function difference(by: number, text: (size: number) => string, more: (text: string) => string, less: (text: string) => string): string {
  const size = text(Math.abs(by));
  return size === text(0) ? canvas.candidates.equal : by > 0 ? more(size) : less(size);
}

function Loser({ candidate: { name, summary, why_not, violations, metrics, components }, selected }: { candidate: Candidate; selected: Candidate }) {
  const of = canvas.candidates;
  const own = selected.metrics;
  const facts: [string, string][] = [
    [strings.candidate.cost, difference(metrics.monthly_usd - own.monthly_usd, usd, of.more, of.less)],
    [strings.candidate.operations, difference(metrics.operations_hours_per_month - own.operations_hours_per_month, (size) => of.hours(number(size)), of.more, of.less)],
  ];
  if (typeof metrics.latency_p95_ms === "number" && typeof own.latency_p95_ms === "number") {
    facts.push([strings.candidate.latency, difference(metrics.latency_p95_ms - own.latency_p95_ms, duration, of.slower, of.faster)]);
  }
  const other = components.filter(({ pattern }) => !selected.components.some((one) => one.pattern === pattern));
  return (
    <>
      <h4 className="font-medium">{name}</h4>
      <p className="text-ink-soft">
        <Prose text={summary} />
      </p>
      {why_not ? (
        <p>
          <strong className="font-semibold">{strings.candidate.why}:</strong> <Prose text={why_not} />
        </p>
      ) : null}
      {violations.map((violation) => (
        <p key={violation} className="text-bad">
          {strings.candidate.violations}: <Prose text={violation} />
        </p>
      ))}
      <dl aria-label={of.against} className="flex flex-wrap gap-x-6 gap-y-1">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt className="text-xs text-ink-soft">{label}</dt>
            <dd className="font-medium tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {other.length > 0 ? (
        <p className="text-ink-soft">
          {of.parts}: {other.map((part) => part.name).join(", ")}
        </p>
      ) : null}
    </>
  );
}

/** What was weighed how much, and what each candidate got for it. */
function Scores({ plan }: { plan: Plan }) {
  const of = canvas.candidates;
  const criteria = plan.candidates[0]?.scores ?? [];
  if (criteria.length === 0) return null;
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{of.scores}</h3>
      <DataTable caption={of.scores}>
        <thead>
          <tr>
            <HeadCell>{of.criterion}</HeadCell>
            <HeadCell className="text-end">{of.weight}</HeadCell>
            {plan.candidates.map(({ id, name }) => (
              <HeadCell key={id} className="min-w-36">
                {name}
              </HeadCell>
            ))}
            {plan.weights && plan.weights.length > 0 ? <HeadCell>{of.weightWhy}</HeadCell> : null}
          </tr>
        </thead>
        <tbody>
          {criteria.map(({ criterion, weight }) => (
            <tr key={criterion}>
              <Cell className="font-medium">{of.criteria[criterion] ?? criterion}</Cell>
              <Cell className="text-end whitespace-nowrap tabular-nums">{percent(weight)}</Cell>
              {plan.candidates.map(({ id, scores }) => {
                const score = scores.find((one) => one.criterion === criterion);
                return (
                  <Cell key={id}>
                    {score ? (
                      <span className="flex items-center gap-2" title={score.explanation}>
                        <span className="h-1.5 w-16 shrink-0 overflow-hidden rounded-full bg-sunken" aria-hidden>
                          <span className={classNames("block h-full rounded-full", id === plan.selected ? "bg-accent-solid" : "bg-line-strong")} style={{ width: `${100 * score.score}%` }} />
                        </span>
                        <span className="whitespace-nowrap tabular-nums">{percent(score.score)}</span>
                      </span>
                    ) : null}
                  </Cell>
                );
              })}
              {plan.weights && plan.weights.length > 0 ? <Cell className="min-w-44 text-ink-soft">{plan.weights.find((one) => one.criterion === criterion)?.reason}</Cell> : null}
            </tr>
          ))}
        </tbody>
      </DataTable>
    </section>
  );
}
