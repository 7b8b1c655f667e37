import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GitBranch, RotateCcw } from "lucide-react";
import { useEffect, useId, useState } from "react";
import type { CSSProperties } from "react";

import { toFollowUp } from "@/features/run/follow-up";
import { NOTHING_TRIED, TRIED_FIELDS, WITH_TRIED, triedKey, triedOf, triedRange, triedWords } from "@/features/run/plan/tried";
import { scaleOf } from "@/features/run/plan/what-if-scale";
import { useLinks } from "@/features/run/use-links";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { PricedDesign, TriedField, TriedValue, TriedValues, WhatIf as Answer } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { availability, duration, number, signedUsd, usd } from "@/shared/lib/format";
import { canvas } from "@/shared/strings-canvas";
import { Button } from "@/shared/ui/button";
import { Notice } from "@/shared/ui/notice";
import { Prose } from "@/shared/ui/prose";
import { Skeleton } from "@/shared/ui/skeleton";

/** A hand that moves a slider is not asked about at each place. */
const PAUSE_MS = 250;
/** Parts whose cost moves most. */
const MOST_PARTS = 4;

/** What the design would cost with other numbers: asked of the API, which computes as the run did. */
export function WhatIf({ address, ended }: { address: RunAddress; ended: boolean }) {
  const id = useId();
  const { value, go } = useLinks();
  const tried = triedOf(value);
  const query = useQuery({ ...queries.whatIf(address, tried), placeholderData: keepPreviousData });
  const of = canvas.whatIf;
  const answer = query.data;
  const any = Object.keys(tried).length > 0;
  return (
    <section className="@container space-y-4 rounded-xl border border-line p-4" aria-labelledby={`${id}-title`}>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h3 id={`${id}-title`} className="font-semibold">
            {of.title}
          </h3>
          <p className="text-sm text-ink-soft">{of.hint}</p>
        </div>
        {any ? (
          <div className="flex flex-wrap gap-2">
            <Button size="small" onClick={() => go(NOTHING_TRIED)}>
              <RotateCcw aria-hidden />
              {of.reset}
            </Button>
            {ended ? (
              <Button
                size="small"
                tone="primary"
                onClick={() => {
                  go({ [WITH_TRIED]: "tried" });
                  toFollowUp();
                }}
              >
                <GitBranch aria-hidden />
                {of.start}
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      {query.error ? <Notice tone="bad" role="alert" title={asProblem(query.error).message} actions={<Button onClick={() => void query.refetch()}>{of.again}</Button>} /> : null}
      {answer ? (
        <div className="grid gap-x-8 gap-y-5 @xl:grid-cols-2">
          <Sliders answer={answer} tried={tried} onTry={(field, next) => go({ [triedKey(field)]: next === null ? null : String(next), [WITH_TRIED]: null })} />
          <Outcome answer={answer} any={any} old={query.isPlaceholderData} />
        </div>
      ) : query.error ? null : (
        <Skeleton lines={6} />
      )}
    </section>
  );
}

/** The number that a slider begins at where the design has none. */
function beginning({ field, now }: TriedValue, { now: design }: Answer): number | null {
  if (now !== null && now !== undefined) return now;
  if (field === "latency_ms") return design.latency_ms ?? null;
  if (field === "availability_percent") return design.availability_percent;
  return field === "budget_usd_per_month" ? Math.max(1, Math.ceil(design.monthly_usd)) : null;
}

interface SlidersProps {
  answer: Answer;
  tried: TriedValues;
  onTry: (field: TriedField, value: number | null) => void;
}

function Sliders({ answer, tried, onTry }: SlidersProps) {
  return (
    <ul className="space-y-4">
      {TRIED_FIELDS.map((field) => {
        const value = answer.values.find((one) => one.field === field);
        const start = value ? beginning(value, answer) : null;
        // A batch design without an objective has no latency to try.
        return value && start !== null ? <Slider key={field} value={value} start={start} tried={tried[field] ?? null} onTry={onTry} /> : null;
      })}
    </ul>
  );
}

function Slider({ value, start, tried, onTry }: { value: TriedValue; start: number; tried: number | null; onTry: SlidersProps["onTry"] }) {
  const id = useId();
  const { field, now, stated } = value;
  const of = canvas.whatIf;
  const scale = scaleOf(field, start, value.minimum, value.maximum);
  // What the hand does is seen at once; the address, and with it the question, follows after a pause.
  const [moved, setMoved] = useState<number | null>(null);
  const [followed, setFollowed] = useState(tried);
  if (tried !== followed) {
    setFollowed(tried);
    setMoved(null);
  }
  const shown = moved ?? tried ?? now ?? null;
  useEffect(() => {
    if (moved === null) return undefined;
    const timer = setTimeout(() => {
      onTry(field, moved === now ? null : moved);
      setMoved(null);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  });
  const words = shown === null ? of.none : triedWords(field, shown);
  const changed = shown !== (now ?? null);
  const place = scale.placeOf(shown ?? start);
  return (
    <li className="space-y-1 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <label htmlFor={id} className="font-medium">
          {of.fields[field]}
        </label>
        <span className={classNames("tabular-nums", changed ? "font-semibold text-accent" : "text-ink-soft")}>{words}</span>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={scale.steps}
        value={place}
        style={{ "--filled": `${(100 * place) / Math.max(1, scale.steps)}%` } as CSSProperties}
        aria-valuetext={words}
        aria-describedby={`${id}-own`}
        onChange={(event) => setMoved(scale.valueAt(Number(event.target.value)))}
        className="slider h-6 w-full cursor-pointer rounded-full"
      />
      <div className="flex flex-wrap justify-between gap-x-3 text-xs text-ink-soft tabular-nums" id={`${id}-own`}>
        <span>{now === null || now === undefined ? of.noOwn : of.own(triedWords(field, now), stated)}</span>
        <span aria-hidden>
          {triedRange(field, scale.valueAt(0), scale.valueAt(scale.steps))}
        </span>
      </div>
    </li>
  );
}

function signedPercent(value: number): string {
  return `${value > 0 ? "+" : ""}${number(Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value))} %`;
}

/** What it comes to. While the next answer is on its way the one before stays, paler. */
function Outcome({ answer, any, old }: { answer: Answer; any: boolean; old: boolean }) {
  const of = canvas.whatIf;
  const { now, tried: then, delta_usd, delta_percent, choice } = answer;
  const same = Math.abs(delta_usd) < 0.005;
  const broken = then.violations.filter((text) => !now.violations.includes(text));
  return (
    <div className={classNames("space-y-4 rounded-lg bg-sunken p-4 transition-opacity", old && "opacity-60")} aria-busy={old} role="status">
      <div>
        <p className="text-xs font-semibold text-ink-soft">{any ? of.tried : of.now}</p>
        <p className="flex flex-wrap items-baseline gap-x-3 text-2xl font-semibold tabular-nums">
          {of.units.aMonth(usd(then.monthly_usd))}
          {any ? (
            <span className={classNames("text-base", same ? "text-ink-soft" : delta_usd > 0 ? "text-bad" : "text-good")}>
              {same ? of.sameCost : [signedUsd(delta_usd), ...(typeof delta_percent === "number" ? [`(${signedPercent(delta_percent)})`] : [])].join(" ")}
            </span>
          ) : null}
        </p>
        <p className="text-sm text-ink-soft tabular-nums">
          {of.range(usd(then.low_usd), usd(then.high_usd))}
          {any ? ` · ${of.insteadOf(usd(now.monthly_usd))}` : null}
        </p>
      </div>
      <dl className="grid grid-cols-2 gap-3 text-sm">
        <Fact name={of.latency(number(then.percentile))} now={latency(now)} then={latency(then)} />
        <Fact name={of.availability} now={availability(now.availability_percent)} then={availability(then.availability_percent)} />
      </dl>
      {any ? <Moved now={now} then={then} /> : null}
      {broken.length > 0 ? (
        <div className="text-sm">
          <p className="font-semibold text-bad">{of.broken}</p>
          <ul className="list-disc ps-5">
            {broken.map((text) => (
              <li key={text}>
                <Prose text={text} />
              </li>
            ))}
          </ul>
        </div>
      ) : any ? (
        <p className="text-sm text-good">{of.holds}</p>
      ) : null}
      {any ? (
        <div className="space-y-1 border-t border-line pt-3 text-sm">
          <p className="font-semibold">{choice.same ? of.sameDesign : of.otherDesign(choice.name, usd(choice.monthly_usd))}</p>
          {choice.parts.length > 0 ? (
            <ul className="list-disc ps-5">
              {choice.parts.map(({ capability, from, to }) => (
                <li key={`${capability} ${from ?? ""} ${to ?? ""}`}>{of.part(from ?? null, to ?? null)}</li>
              ))}
            </ul>
          ) : null}
          {choice.violations.length > 0 ? <p className="text-bad">{of.noneHolds(choice.violations.join("; "))}</p> : null}
        </div>
      ) : null}
    </div>
  );
}

function latency({ latency_ms }: PricedDesign): string {
  return typeof latency_ms === "number" ? duration(latency_ms) : "–";
}

function Fact({ name, now, then }: { name: string; now: string; then: string }) {
  return (
    <div>
      <dt className="text-xs text-ink-soft">{name}</dt>
      <dd className="tabular-nums">{now === then ? then : canvas.whatIf.change(now, then)}</dd>
    </div>
  );
}

/** The parts whose cost moves, the farthest first. */
function Moved({ now, then }: { now: PricedDesign; then: PricedDesign }) {
  const parts = then.parts
    .map(({ pattern, name, monthly_usd }) => ({ pattern, name, delta: monthly_usd - (now.parts.find((part) => part.pattern === pattern)?.monthly_usd ?? 0) }))
    .filter(({ delta }) => Math.abs(delta) >= 0.5)
    .toSorted((a, b) => Math.abs(b.delta) - Math.abs(a.delta))
    .slice(0, MOST_PARTS);
  if (parts.length === 0) return null;
  return (
    <ul className="space-y-0.5 text-sm">
      {parts.map(({ pattern, name, delta }) => (
        <li key={pattern} className="flex justify-between gap-3">
          <span className="min-w-0">{name}</span>
          <span className="tabular-nums">{signedUsd(delta)}</span>
        </li>
      ))}
    </ul>
  );
}
