import { useQuery } from "@tanstack/react-query";
import { ArrowUpLeft, X } from "lucide-react";
import { Link } from "react-router";

import { useLinks } from "@/features/run/use-links";
import { VersionStepper } from "@/features/run/version-stepper";
import { queries, useCancelRun } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import { asProblem } from "@/shared/api/problem";
import type { DecisionSet, RunStatus } from "@/shared/api/types";
import { duration } from "@/shared/lib/format";
import { paths } from "@/shared/lib/paths";
import { useNow } from "@/shared/lib/use-now";
import type { RunView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Confirm } from "@/shared/ui/dialog";
import { Notice } from "@/shared/ui/notice";
import { ProgressBar } from "@/shared/ui/progress";
import { StatusBadge } from "@/shared/ui/status-badge";
import { Time } from "@/shared/ui/time";

interface RunHeaderProps {
  address: RunAddress;
  decisionSet: DecisionSet;
  view: RunView;
  status: RunStatus;
  ended: boolean;
}

export function RunHeader({ address, decisionSet, view, status, ended }: RunHeaderProps) {
  const { value } = useLinks();
  const cancel = useCancelRun(address);
  const project = useQuery(queries.project(address.projectId));
  const progress = view.progress ?? decisionSet.progress;
  const now = useNow(status === "running");
  const passed = view.progressAt ? Math.max(0, now - Date.parse(view.progressAt)) / 1_000 : 0;
  const eta = progress.eta_seconds;
  const left = eta === null || eta === undefined ? null : eta - passed;
  const percentage = status === "completed" ? 100 : progress.percentage;
  return (
    <header className="space-y-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-72 space-y-1">
          <p className="text-sm">
            <span className="text-ink-soft">{strings.run.project}:</span>{" "}
            <Link to={paths.project(address.projectId)} className="font-medium text-accent underline underline-offset-2">
              {project.data?.name ?? "…"}
            </Link>
          </p>
          <h1 className="text-xl font-semibold tracking-tight text-balance @2xl:text-2xl">{decisionSet.title}</h1>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-soft">
            <span role="status">
              <StatusBadge status={status} />
            </span>
            <VersionStepper address={address} decisionSet={decisionSet} tab={value("tab")} />
            <span>{strings.variants[decisionSet.variant].name}</span>
            <Time at={decisionSet.created_at} />
            {view.attempt > 1 ? <span>{strings.run.attempt(view.attempt)}</span> : null}
            {decisionSet.parent ? (
              <Link to={paths.run(address.projectId, decisionSet.parent)} className="inline-flex items-center gap-1 text-accent underline underline-offset-2">
                <ArrowUpLeft className="size-3.5" aria-hidden />
                {strings.run.parent}
              </Link>
            ) : null}
          </div>
        </div>
        {ended ? null : (
          <Confirm
            trigger={
              <Button busy={cancel.isPending}>
                <X aria-hidden />
                {strings.run.cancel}
              </Button>
            }
            title={strings.run.cancelTitle}
            text={strings.run.cancelText}
            confirm={strings.run.cancelConfirm}
            onConfirm={() => cancel.mutate()}
          />
        )}
      </div>
      {ended && status !== "completed" ? null : (
        <div className="space-y-1.5">
          <ProgressBar value={percentage} label={strings.run.progress} />
          <p className="flex flex-wrap justify-between gap-x-4 text-xs text-ink-soft tabular-nums">
            <span>{strings.run.percent(percentage)}</span>
            {status === "running" && left !== null && left > 0 ? <span>{strings.run.eta(duration(Math.max(1, Math.round(left)) * 1_000))}</span> : null}
            {status === "completed" && view.ending ? <span>{view.ending}</span> : null}
          </p>
        </div>
      )}
      {cancel.error ? (
        <Notice
          tone="bad"
          role="alert"
          title={asProblem(cancel.error).message}
          actions={
            <Button size="small" onClick={() => cancel.mutate()}>
              {strings.common.retry}
            </Button>
          }
        />
      ) : null}
    </header>
  );
}
