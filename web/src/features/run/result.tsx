import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Suspense, lazy, useId } from "react";
import { useSearchParams } from "react-router";

import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { Skeleton } from "@/shared/ui/skeleton";
import { TabsContent, TabsList, TabsRoot, TabsTrigger } from "@/shared/ui/tabs";

const PlanTab = lazy(async () => ({ default: (await import("@/features/run/plan-tab")).PlanTab }));
const RepositoryTab = lazy(async () => ({ default: (await import("@/features/run/repository-tab")).RepositoryTab }));
const ReportTab = lazy(async () => ({ default: (await import("@/features/run/report-tab")).ReportTab }));
const CostsTab = lazy(async () => ({ default: (await import("@/features/run/costs-tab")).CostsTab }));
const PolicyTab = lazy(async () => ({ default: (await import("@/features/run/policy-tab")).PolicyTab }));
const ValidationTab = lazy(async () => ({ default: (await import("@/features/run/validation-tab")).ValidationTab }));
const TraceTab = lazy(async () => ({ default: (await import("@/features/run/trace-tab")).TraceTab }));
const DiffTab = lazy(async () => ({ default: (await import("@/features/run/diff-tab")).DiffTab }));

/** What changed comes right after the overview. */
const TABS = ["plan", "diff", "report", "repository", "trace", "costs", "policy", "validation"] as const;
type Tab = (typeof TABS)[number];

function isTab(value: string | null): value is Tab {
  return TABS.some((tab) => tab === value);
}

/** Everything that the run has produced so far; the tab is part of the address. */
export function Result({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  const id = useId();
  const [search, setSearch] = useSearchParams();
  const wanted = search.get("tab");
  const tab: Tab = isTab(wanted) ? wanted : decisionSet.result && decisionSet.reports ? "report" : "plan";
  const artifacts = useQuery({ ...queries.artifacts(address), enabled: decisionSet.result !== null && decisionSet.result !== undefined });
  const bundlePath = decisionSet.result?.bundle.path;
  const bundle = artifacts.data?.artifacts.find(({ path }) => path === bundlePath);
  const change = (value: string) =>
    setSearch(
      (previous) => {
        const next = new URLSearchParams(previous);
        next.set("tab", value);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );

  return (
    <Card aria-labelledby={`${id}-title`}>
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-4 sm:px-5">
        <h2 id={`${id}-title`} className="text-lg font-semibold">
          {strings.result.title}
        </h2>
        {bundle ? (
          <Button asChild tone="primary" size="small">
            <a href={bundle.url} download={bundle.path.split("/").at(-1)}>
              <Download aria-hidden />
              {strings.result.download}
            </a>
          </Button>
        ) : null}
      </div>
      <TabsRoot value={tab} onValueChange={change}>
        <TabsList aria-labelledby={`${id}-title`}>
          {TABS.filter((value) => value !== "diff" || decisionSet.parent).map((value) => (
            <TabsTrigger key={value} value={value}>
              {strings.result.tabs[value]}
            </TabsTrigger>
          ))}
        </TabsList>
        <Suspense
          fallback={
            <div className="p-5">
              <Skeleton lines={5} />
            </div>
          }
        >
          <TabsContent value="plan">
            <PlanTab decisionSet={decisionSet} />
          </TabsContent>
          <TabsContent value="repository">
            <RepositoryTab address={address} decisionSet={decisionSet} />
          </TabsContent>
          <TabsContent value="report">
            <ReportTab address={address} decisionSet={decisionSet} />
          </TabsContent>
          <TabsContent value="costs">
            <CostsTab decisionSet={decisionSet} />
          </TabsContent>
          <TabsContent value="policy">
            <PolicyTab report={decisionSet.policy_report ?? null} />
          </TabsContent>
          <TabsContent value="validation">
            <ValidationTab report={decisionSet.validation ?? null} />
          </TabsContent>
          <TabsContent value="trace">
            <TraceTab review={decisionSet.implementation ?? null} />
          </TabsContent>
          <TabsContent value="diff">
            <DiffTab address={address} decisionSet={decisionSet} />
          </TabsContent>
        </Suspense>
      </TabsRoot>
    </Card>
  );
}
