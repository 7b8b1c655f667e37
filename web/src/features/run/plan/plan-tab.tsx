import { Suspense, lazy, useCallback, useContext, useMemo } from "react";
import { Link } from "react-router";

import { CALLERS, costOf, findingsOf, flowsOf } from "@/features/run/plan/architecture-map";
import type { Component, Flow, PathBudget } from "@/features/run/plan/architecture-map";
import type { PartFacts } from "@/features/run/plan/architecture-graph";
import { ComponentDetails } from "@/features/run/plan/component-details";
import { cloudOf } from "@/features/run/plan/design-facts";
import { NotYet } from "@/features/run/not-yet";
import { useLinks } from "@/features/run/use-links";
import type { Candidate, DecisionSet } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { duration, number, usd, words } from "@/shared/lib/format";
import { useWidth } from "@/shared/lib/use-width";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";
import { edits } from "@/shared/strings-edits";
import { Badge } from "@/shared/ui/badge";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";
import { Markdown } from "@/shared/ui/markdown";
import { PatternNames, Prose } from "@/shared/ui/prose";
import { Skeleton } from "@/shared/ui/skeleton";

const ArchitectureGraph = lazy(async () => ({ default: (await import("@/features/run/plan/architecture-graph")).ArchitectureGraph }));

const NO_PATHS: readonly PathBudget[] = [];

/** The chosen design as a picture and as a list. */
export function PlanTab({ decisionSet }: { decisionSet: DecisionSet }) {
  const { plan } = decisionSet;
  const selected = plan?.candidates.find(({ id }) => id === plan.selected);
  if (!plan || !selected) return <NotYet />;
  return (
    <div className="space-y-6">
      <div className="space-y-2">
        <h3 className="font-semibold">{selected.name}</h3>
        <Markdown text={plan.reason} className="max-w-4xl text-sm" />
        {selected.network ? <NetworkLine network={selected.network} aws={cloudOf(plan) === "aws"} /> : null}
      </div>
      <Picture decisionSet={decisionSet} selected={selected} />
      <PartList components={selected.components} decisionSet={decisionSet} />
      {plan.assumptions.length > 0 ? (
        <div className="space-y-2">
          <h3 className="font-semibold">{strings.result.assumptions}</h3>
          <ul className="list-disc space-y-1 ps-5 text-sm">
            {plan.assumptions.map(({ text }) => (
              <li key={text}>
                <Prose text={text} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}

/** The network in a line; which endpoints it has, on demand. */
function NetworkLine({ network: { private: whole, zones, endpoints }, aws }: { network: NonNullable<Candidate["network"]>; aws: boolean }) {
  const of = edits.network;
  // Elsewhere nothing is charged by the network, so its endpoints are not listed.
  const reach = endpoints.length > 0 ? of.endpoints(endpoints.length, zones) : aws ? of.jobs : null;
  const line = (
    <>
      <span className="font-medium">{of.title}</span> {[whole ? of.private : of.partly, reach].filter(Boolean).join("; ")}.
    </>
  );
  if (endpoints.length === 0) return <p className="text-sm">{line}</p>;
  return (
    <div className="text-sm">
      <p>{line}</p>
      <details>
        <summary className="w-fit cursor-pointer text-accent">{of.names}</summary>
        <ul className="mt-1 flex flex-wrap gap-1.5">
          {endpoints.map((endpoint) => (
            <li key={endpoint} className="min-w-0">
              <Badge className="font-mono">{endpoint}</Badge>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function Picture({ decisionSet, selected }: { decisionSet: DecisionSet; selected: Candidate }) {
  const { value, link } = useLinks();
  const [box, width] = useWidth();
  const paths = decisionSet.tech_review?.paths ?? NO_PATHS;
  const chosen = value("component");
  const flows = useMemo(() => flowsOf(selected.components, paths), [selected, paths]);
  // Another address may name a path that this design does not have.
  const path = flows.some((flow) => flow.paths.includes(value("path") ?? "")) ? value("path") : null;
  const parts = useMemo(
    () =>
      selected.components.map((component): PartFacts => {
        const { pattern } = component;
        return {
          component,
          monthly: costOf(pattern, decisionSet.cost_review, selected.cost.lines).expected,
          warnings: findingsOf(pattern, decisionSet).filter(({ severity }) => severity !== "info").length,
          failed: findingsOf(pattern, decisionSet).some(({ severity }) => severity === "blocking"),
        };
      }),
    [selected, decisionSet],
  );
  const notes = useMemo(() => ({ [CALLERS]: rateOf(paths) }), [paths]);
  const linkTo = useCallback((pattern: string) => link({ tab: "plan", component: pattern === chosen ? null : pattern }), [link, chosen]);
  const component = selected.components.find(({ pattern }) => pattern === chosen);
  return (
    <div ref={box} className="space-y-4">
      <Ways paths={paths} flows={flows} path={path} link={(name) => link({ path: name })} />
      {width === 0 ? null : (
        <Suspense fallback={<Skeleton lines={10} />}>
          <ArchitectureGraph parts={parts} flows={flows} notes={notes} chosen={chosen} path={path} linkTo={linkTo} room={width} legend={<Legend flows={flows} />} />
        </Suspense>
      )}
      <div aria-live="polite">
        {component ? (
          <ComponentDetails key={component.pattern} component={component} selected={selected} decisionSet={decisionSet} closeTo={link({ component: null })} />
        ) : (
          <p className="text-sm text-ink-soft">{canvas.architecture.hint}</p>
        )}
      </div>
    </div>
  );
}

/** How many requests or events arrive per second at peak. */
function rateOf(paths: readonly PathBudget[]): string | null {
  const arrivals = paths.find(({ name }) => name === "request" || name === "event")?.stages[0]?.arrivals_per_second ?? 0;
  return arrivals > 0 ? canvas.architecture.perSecond(number(arrivals)) : null;
}

function inUnit(time: number, unit: string): string {
  return duration(unit === "h" ? time * 3_600_000 : time);
}

/** The ways that were measured: one can be shown alone. */
function Ways({ paths, flows, path, link }: { paths: readonly PathBudget[]; flows: readonly Flow[]; path: string | null; link: (name: string | null) => string }) {
  const of = canvas.architecture;
  const names = useContext(PatternNames);
  const drawn = paths.filter(({ name }) => flows.some((flow) => flow.paths.includes(name)));
  if (drawn.length === 0) return null;
  return (
    <nav aria-label={of.ways}>
      <ul className="flex flex-wrap gap-2">
        {drawn.map(({ name, what, total, objective, unit, max_per_second: most, bottleneck }) => {
          const facts = [
            total === null || total === undefined ? "" : of.wayTime(inUnit(total, unit), objective === null || objective === undefined ? null : inUnit(objective, unit)),
            most === null || most === undefined ? "" : of.atMost(number(most)),
            bottleneck ? of.bound(names.get(bottleneck) ?? bottleneck) : "",
          ].filter(Boolean);
          return (
            <li key={name} className="min-w-0">
              <Link
                to={link(name === path ? null : name)}
                replace
                preventScrollReset
                aria-current={name === path ? "true" : undefined}
                title={what}
                className={classNames("block rounded-lg border border-line px-3 py-1.5 text-sm hover:bg-sunken", name === path && "border-accent bg-accent-soft")}
              >
                <span className="font-medium">{of.way[name] ?? words(name)}</span> <span className="text-xs text-ink-soft">{facts.join(", ")}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

const DASHES = { path: undefined, data: undefined, watches: "2 4", governs: "7 4" } as const;

function Legend({ flows }: { flows: readonly Flow[] }) {
  const of = canvas.architecture;
  return (
    <ul aria-label={of.legendTitle} className="flex flex-wrap gap-x-5 gap-y-1 text-xs text-ink-soft">
      {(["path", "data", "watches", "governs"] as const)
        .filter((kind) => flows.some((flow) => flow.kind === kind))
        .map((kind) => (
          <li key={kind} className="flex items-center gap-2">
            <svg width="28" height="6" aria-hidden>
              <line x1="0" x2="28" y1="3" y2="3" stroke={kind === "path" ? "var(--accent)" : "var(--line-strong)"} strokeWidth={kind === "path" ? 2 : 1.5} strokeDasharray={DASHES[kind]} />
            </svg>
            {of.legend[kind]}
          </li>
        ))}
    </ul>
  );
}

/** The same in words, for whoever does not see the picture or would rather read. */
function PartList({ components, decisionSet }: { components: readonly Component[]; decisionSet: DecisionSet }) {
  const { link } = useLinks();
  const of = strings.result;
  const lines = decisionSet.plan?.candidates.find(({ id }) => id === decisionSet.plan?.selected)?.cost.lines ?? [];
  return (
    <div className="space-y-2">
      <h3 className="font-semibold">{canvas.architecture.list}</h3>
      <DataTable caption={strings.gate.plan}>
        <thead>
          <tr>
            {[of.capability, of.component, of.sizing].map((title) => (
              <HeadCell key={title}>{title}</HeadCell>
            ))}
            <HeadCell className="text-end">{of.monthly}</HeadCell>
            <HeadCell>{of.reason}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {components.map(({ capability, pattern, name, services, sizing, rationale }) => (
            <tr key={capability + pattern}>
              <Cell>{words(capability)}</Cell>
              <Cell className="min-w-44">
                <Link to={link({ component: pattern })} replace preventScrollReset className="font-medium text-accent underline underline-offset-2" title={pattern}>
                  {name}
                </Link>
                <span className="block text-ink-soft">{services.join(", ")}</span>
              </Cell>
              <Cell className="min-w-40">
                {Object.entries<string>(sizing).map(([key, size]) => (
                  <span key={key} className="block">
                    <span className="text-ink-soft">{words(key)}:</span> {size}
                  </span>
                ))}
              </Cell>
              <Cell className="text-end whitespace-nowrap tabular-nums">{usd(costOf(pattern, decisionSet.cost_review, lines).expected)}</Cell>
              <Cell className="min-w-64 text-ink-soft">
                <Prose text={rationale} />
              </Cell>
            </tr>
          ))}
        </tbody>
      </DataTable>
    </div>
  );
}
