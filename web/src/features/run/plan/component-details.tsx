import { X } from "lucide-react";
import { useContext, useId } from "react";
import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";

import { costOf, findingsOf } from "@/features/run/plan/architecture-map";
import type { Component } from "@/features/run/plan/architecture-map";
import { linkToFile } from "@/features/run/repository/file-tree";
import { Findings } from "@/features/run/findings";
import { verdictTones } from "@/features/run/plan/policy-table";
import type { Candidate, DecisionSet } from "@/shared/api/types";
import { availability, capacity, duration, percent, usd, words } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";
import { Badge } from "@/shared/ui/badge";
import { Button } from "@/shared/ui/button";
import { PatternNames, Prose } from "@/shared/ui/prose";

interface ComponentDetailsProps {
  component: Component;
  selected: Candidate;
  decisionSet: DecisionSet;
  closeTo: string;
}

/** One part of the design: why it, what it costs, what may go wrong, and the files that it is made of. */
export function ComponentDetails({ component, selected, decisionSet, closeTo }: ComponentDetailsProps) {
  const id = useId();
  const of = canvas.architecture;
  const { capability, pattern, name, services, sizing, rationale, traces } = component;
  const findings = findingsOf(pattern, decisionSet);
  const broken = (decisionSet.policy_report?.results ?? []).filter(({ verdict, patterns }) => (verdict === "fail" || verdict === "waived") && patterns.includes(pattern));
  return (
    <section aria-labelledby={`${id}-title`} className="space-y-4 rounded-xl border border-line bg-surface p-4 shadow-card">
      <div className="flex items-start justify-between gap-3">
        <div>
          <p className="text-xs font-semibold tracking-wide text-accent uppercase">{words(capability)}</p>
          <h3 id={`${id}-title`} className="font-semibold">
            {name}
          </h3>
          <p className="text-sm text-ink-soft">
            {services.join(", ")} · <code className="text-xs">{pattern}</code>
          </p>
        </div>
        <Button asChild tone="quiet" size="icon" className="-m-1.5">
          <Link to={closeTo} replace preventScrollReset aria-label={of.close} title={of.close}>
            <X aria-hidden />
          </Link>
        </Button>
      </div>
      <div className="gap-x-10 text-sm @3xl:columns-2 *:mb-5 *:break-inside-avoid">
        <Part title={of.why}>
          <p>
            <Prose text={rationale} />
          </p>
          {traces.length > 0 ? (
            <ul className="space-y-1">
              {traces.map(({ claim, field, quote }) => (
                <li key={claim}>
                  <Prose text={claim} />
                  {field ? <span className="text-ink-soft"> ({strings.fields[field]})</span> : null}
                  {quote ? <q className="block border-s-2 border-line-strong ps-2 text-ink-soft">{quote}</q> : null}
                </li>
              ))}
            </ul>
          ) : null}
          <Facts
            facts={Object.entries<string>(sizing).map(([key, value]) => [words(key), value])}
          />
        </Part>
        <Cost component={component} selected={selected} decisionSet={decisionSet} />
        <Part title={of.figures}>
          <Figures component={component} decisionSet={decisionSet} />
        </Part>
        <Failing pattern={pattern} decisionSet={decisionSet} />
        <Part title={of.risks}>{findings.length > 0 ? <Findings findings={findings} /> : <p className="text-ink-soft">{of.noRisks}</p>}</Part>
        {broken.length > 0 ? (
          <Part title={of.rules}>
            <ul className="space-y-1.5">
              {broken.map(({ rule, title, verdict, evidence }) => (
                <li key={rule}>
                  <Badge tone={verdictTones[verdict]}>{strings.verdicts[verdict]}</Badge> {title}
                  <span className="block text-ink-soft">
                    <Prose text={evidence} />
                  </span>
                </li>
              ))}
            </ul>
          </Part>
        ) : null}
        <Part title={of.files}>
          <Files pattern={pattern} decisionSet={decisionSet} />
        </Part>
        <Others component={component} selected={selected} decisionSet={decisionSet} />
      </div>
    </section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0 space-y-1.5">
      <h4 className="font-semibold">{title}</h4>
      {children}
    </div>
  );
}

function Facts({ facts }: { facts: readonly (readonly [label: string, value: string])[] }) {
  if (facts.length === 0) return null;
  return (
    <dl>
      {facts.map(([label, value]) => (
        <div key={label} className="flex flex-wrap gap-x-1.5">
          <dt className="text-ink-soft">{label}:</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Cost({ component: { pattern }, selected, decisionSet: { cost_review: review } }: Omit<ComponentDetailsProps, "closeTo">) {
  const of = canvas.architecture;
  const lines = (review?.estimate ?? selected.cost).lines.filter((line) => line.pattern === pattern).toSorted((a, b) => b.monthly_usd - a.monthly_usd);
  const { low, expected, high, share } = costOf(pattern, review, selected.cost.lines);
  return (
    <Part title={of.cost}>
      <p>
        <span className="text-lg font-semibold tabular-nums">{usd(expected)}</span>{" "}
        <span className="text-ink-soft">
          {[high > low ? of.costRange(usd(low), usd(high)) : "", share === null ? "" : of.ofTheWhole(percent(share))].filter(Boolean).join(", ")}
        </span>
      </p>
      {lines.length > 0 ? (
        <ul className="space-y-0.5" aria-label={of.lines}>
          {lines.slice(0, 6).map(({ item, monthly_usd, price_id }) => (
            <li key={`${item} ${price_id}`} className="flex justify-between gap-4">
              <span className="text-ink-soft">{item}</span>
              <span className="tabular-nums">{usd(monthly_usd)}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </Part>
  );
}

function Figures({ component: { pattern, latency_ms, max_per_second, availability_percent }, decisionSet: { tech_review: tech } }: Pick<ComponentDetailsProps, "component" | "decisionSet">) {
  const of = canvas.architecture;
  const use = tech?.paths?.flatMap(({ stages }) => stages).find((stage) => stage.pattern === pattern)?.utilisation;
  const facts: [string, string][] = [];
  if (latency_ms > 0) facts.push([of.latency, duration(latency_ms)]);
  if (max_per_second !== null && max_per_second !== undefined) facts.push([of.capacity, capacity(max_per_second)]);
  if (use !== null && use !== undefined) facts.push([of.load, percent(use)]);
  facts.push([of.availability, availability(availability_percent)]);
  return <Facts facts={facts} />;
}

function Failing({ pattern, decisionSet: { tech_review: tech } }: { pattern: string; decisionSet: DecisionSet }) {
  const of = canvas.architecture;
  const names = useContext(PatternNames);
  const radius = tech?.blast_radius?.find((one) => one.pattern === pattern);
  const cold = tech?.cold_starts?.find((one) => one.pattern === pattern);
  if (!radius && !cold) return null;
  const named = (patterns: readonly string[]) => patterns.map((one) => names.get(one) ?? one).join(", ");
  return (
    <Part title={of.fails}>
      {radius ? (
        <>
          <p>
            {radius.effect} {radius.single_point ? <Badge tone="warn">{of.singlePoint}</Badge> : null}
          </p>
          <Facts
            facts={[
              ...(radius.stops.length > 0 ? [[of.stops, named(radius.stops)] as const] : []),
              ...(radius.goes_stale.length > 0 ? [[of.stale, named(radius.goes_stale)] as const] : []),
            ]}
          />
          {radius.hours_out_per_month > 0 ? <p className="text-ink-soft">{of.out(duration(radius.hours_out_per_month * 3_600_000))}</p> : null}
        </>
      ) : null}
      {cold ? (
        <p className="text-ink-soft">
          {of.coldStart}: {duration(cold.p50_ms)} (p99 {duration(cold.p99_ms)}), {cold.when}
        </p>
      ) : null}
    </Part>
  );
}

function Files({ pattern, decisionSet: { manifest } }: { pattern: string; decisionSet: DecisionSet }) {
  const [search] = useSearchParams();
  const of = canvas.architecture;
  if (!manifest) return <p className="text-ink-soft">{of.filesLater}</p>;
  const files = manifest.files.filter(({ patterns }) => patterns.includes(pattern));
  if (files.length === 0) return <p className="text-ink-soft">{of.noFiles}</p>;
  return (
    <ul className="space-y-0.5">
      {files.map(({ path, purpose }) => (
        <li key={path}>
          <Link to={linkToFile(search, path)} preventScrollReset className="font-mono text-xs text-accent underline" title={purpose}>
            {path}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Others({ component: { capability, pattern }, decisionSet: { plan } }: Omit<ComponentDetailsProps, "closeTo">) {
  const of = canvas.architecture;
  const others = (plan?.candidates ?? []).filter(({ id }) => id !== plan?.selected);
  if (others.length === 0) return null;
  return (
    <Part title={of.others}>
      <Facts
        facts={others.map(({ name, components }) => {
          const own = components.filter((one) => one.capability === capability);
          return [name, own.some((one) => one.pattern === pattern) ? of.same : own.map((one) => one.name).join(", ") || strings.common.none];
        })}
      />
    </Part>
  );
}
