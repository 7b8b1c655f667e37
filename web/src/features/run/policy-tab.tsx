import { NotYet } from "@/features/run/not-yet";
import { PolicyTable } from "@/features/run/policy-table";
import type { DecisionSet } from "@/shared/api/types";
import { strings } from "@/shared/strings";

export function PolicyTab({ report }: { report: NonNullable<DecisionSet["policy_report"]> | null }) {
  if (!report) return <NotYet />;
  return (
    <div className="space-y-3">
      <p className="text-sm text-ink-soft">{strings.result.policySummary(report.passed, report.failed)}</p>
      <PolicyTable report={report} />
    </div>
  );
}
