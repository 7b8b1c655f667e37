import { RotateCw } from "lucide-react";

import { nodeName } from "@/features/run/workflow/workflow-list";
import { asProblem } from "@/shared/api/problem";
import { useResumeRun } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { Failure, RunStatus } from "@/shared/api/types";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Notice } from "@/shared/ui/notice";

interface EndingPanelProps {
  address: RunAddress;
  status: RunStatus;
  failure: Failure | null;
  interrupted: boolean;
  ending: string | null;
  onResumed: () => void;
}

/** Why the run is not going on, and the way out. */
export function EndingPanel({ address, status, failure, interrupted, ending, onResumed }: EndingPanelProps) {
  const resume = useResumeRun(address);
  const actions = (
    <Button tone="primary" busy={resume.isPending} onClick={() => resume.mutate(undefined, { onSuccess: onResumed })}>
      <RotateCw aria-hidden />
      {strings.run.resume}
    </Button>
  );
  const refused = resume.error ? <p className="font-medium text-bad">{asProblem(resume.error).message}</p> : null;

  if (status === "failed") {
    return (
      <Notice
        tone="bad"
        role="alert"
        title={failure?.node ? strings.run.failedTitle(nodeName(failure.node)) : strings.run.failedTitlePlain}
        actions={actions}
      >
        <dl className="space-y-2">
          <div>
            <dt className="text-xs font-semibold text-ink-soft">{strings.run.cause}</dt>
            <dd>
              {failure?.cause ?? ending} {failure ? <code className="text-xs">({failure.error})</code> : null}
            </dd>
          </div>
          {failure?.way_out ? (
            <div>
              <dt className="text-xs font-semibold text-ink-soft">{strings.run.wayOut}</dt>
              <dd>{failure.way_out}</dd>
            </div>
          ) : null}
        </dl>
        {refused}
      </Notice>
    );
  }
  if (interrupted) {
    return (
      <Notice tone="warn" role="alert" title={strings.run.interruptedTitle} actions={actions}>
        <p>{strings.run.interruptedText}</p>
        {refused}
      </Notice>
    );
  }
  if (status === "rejected" || status === "cancelled") {
    return (
      <Notice tone="info" role="status" title={status === "rejected" ? strings.run.rejectedTitle : strings.run.cancelledTitle}>
        {ending ? <p>{ending}</p> : null}
      </Notice>
    );
  }
  return null;
}
