import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Suspense, lazy, memo, useId } from "react";
import type { ReactNode } from "react";

import { GitBundle } from "@/features/run/git-bundle";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { RunStanding } from "@/features/run/run-standing";
import { useLinks } from "@/features/run/use-links";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { Loads } from "@/shared/ui/loads";
import { Skeleton } from "@/shared/ui/skeleton";
import { TabsContent, TabsList, TabsRoot, TabsTrigger } from "@/shared/ui/tabs";

const WorkflowTab = lazy(async () => ({ default: (await import("@/features/run/workflow/workflow-tab")).WorkflowTab }));
const TimelineTab = lazy(async () => ({ default: (await import("@/features/run/workflow/timeline-tab")).TimelineTab }));
const DataTab = lazy(async () => ({ default: (await import("@/features/run/data-tab")).DataTab }));
const PlanTab = lazy(async () => ({ default: (await import("@/features/run/plan/plan-tab")).PlanTab }));
const CandidatesTab = lazy(async () => ({ default: (await import("@/features/run/plan/candidates-tab")).CandidatesTab }));
const RepositoryTab = lazy(async () => ({ default: (await import("@/features/run/repository/repository-tab")).RepositoryTab }));
const ReportTab = lazy(async () => ({ default: (await import("@/features/run/repository/report-tab")).ReportTab }));
const CostsTab = lazy(async () => ({ default: (await import("@/features/run/plan/costs-tab")).CostsTab }));
const PolicyTab = lazy(async () => ({ default: (await import("@/features/run/plan/policy-tab")).PolicyTab }));
const ValidationTab = lazy(async () => ({ default: (await import("@/features/run/repository/validation-tab")).ValidationTab }));
const TraceTab = lazy(async () => ({ default: (await import("@/features/run/repository/trace-tab")).TraceTab }));
const DiffTab = lazy(async () => ({ default: (await import("@/features/run/repository/diff-tab")).DiffTab }));

/** What changed comes right after the plan. */
const TABS = ["workflow", "plan", "diff", "candidates", "costs", "policy", "report", "repository", "trace", "validation", "timeline", "data"] as const;
type Tab = (typeof TABS)[number];

function isTab(value: string | null): value is Tab {
  return TABS.some((tab) => tab === value);
}

/** Everything that the run shows of itself and has produced so far; the tab is part of the address. */
export const Result = memo(function Result({ address, standing }: { address: RunAddress; standing: RunStanding }) {
  const id = useId();
  const { value, go } = useLinks();
  const { decisionSet } = standing;
  const wanted = value("tab");
  const finished = decisionSet.result !== null && decisionSet.result !== undefined;
  const tab: Tab = isTab(wanted) ? wanted : finished && decisionSet.reports ? "report" : "workflow";
  const artifacts = useQuery({ ...queries.artifacts(address), enabled: finished });
  const bundlePath = decisionSet.result?.bundle.path;
  const bundle = artifacts.data?.artifacts.find(({ path }) => path === bundlePath);
  const history = artifacts.data?.artifacts.find(({ path }) => path === decisionSet.result?.history?.path);
  return (
    <Card aria-labelledby={`${id}-title`}>
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-4 @2xl:px-5">
        <h2 id={`${id}-title`} className="text-lg font-semibold">
          {finished ? strings.result.resultTitle : strings.result.title}
        </h2>
        <div className="flex flex-wrap gap-2">
          {history ? <GitBundle bundle={history} /> : null}
          {bundle ? (
            <Button asChild tone="primary" size="small">
              <a href={bundle.url} download={bundle.path.split("/").at(-1)}>
                <Download aria-hidden />
                {strings.result.download}
              </a>
            </Button>
          ) : null}
        </div>
      </div>
      <TabsRoot value={tab} onValueChange={(next) => go({ tab: next })}>
        <TabsList aria-labelledby={`${id}-title`}>
          {TABS.filter((one) => one !== "diff" || decisionSet.parent).map((one) => (
            <TabsTrigger key={one} value={one}>
              {strings.result.tabs[one]}
            </TabsTrigger>
          ))}
        </TabsList>
        <Pane value="workflow">
          <WorkflowTab standing={standing} />
        </Pane>
        <Pane value="timeline">
          <TimelineTab standing={standing} />
        </Pane>
        <Pane value="plan">
          <PlanTab decisionSet={decisionSet} />
        </Pane>
        <Pane value="candidates">
          <CandidatesTab decisionSet={decisionSet} />
        </Pane>
        <Pane value="repository">
          <RepositoryTab address={address} decisionSet={decisionSet} newest={standing.view.lastSequence} />
        </Pane>
        <Pane value="report">
          <ReportTab address={address} decisionSet={decisionSet} />
        </Pane>
        <Pane value="costs">
          <CostsTab address={address} decisionSet={decisionSet} />
        </Pane>
        <Pane value="policy">
          <PolicyTab report={decisionSet.policy_report ?? null} />
        </Pane>
        <Pane value="validation">
          <ValidationTab report={decisionSet.validation ?? null} />
        </Pane>
        <Pane value="data">
          <DataTab address={address} standing={standing} />
        </Pane>
        <Pane value="trace">
          <TraceTab review={decisionSet.implementation ?? null} />
        </Pane>
        <Pane value="diff">
          <DiffTab address={address} decisionSet={decisionSet} />
        </Pane>
      </TabsRoot>
    </Card>
  );
});

/** What cannot be fetched, or fails, takes no other tab with it. */
function Pane({ value, children }: { value: Tab; children: ReactNode }) {
  return (
    <TabsContent value={value}>
      <Loads of={value}>
        <Suspense fallback={<Skeleton lines={5} />}>{children}</Suspense>
      </Loads>
    </TabsContent>
  );
}
