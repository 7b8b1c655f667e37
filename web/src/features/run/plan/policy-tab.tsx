import { Link } from "react-router";

import { NotYet } from "@/features/run/not-yet";
import { PolicyTable, verdictTones } from "@/features/run/plan/policy-table";
import { useLinks } from "@/features/run/use-links";
import type { DecisionSet, Verdict } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";

const VERDICTS: readonly Verdict[] = ["fail", "waived", "pass", "not_applicable"];

/** The rules' results; one kind of result can be shown alone, and is part of the address. */
export function PolicyTab({ report }: { report: NonNullable<DecisionSet["policy_report"]> | null }) {
  const { value, link } = useLinks();
  if (!report) return <NotYet />;
  const verdict = VERDICTS.find((one) => one === value("verdict")) ?? null;
  const shown = verdict === null ? report.results : report.results.filter((result) => result.verdict === verdict);
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-ink-soft">{strings.result.policySummary(report.passed, report.failed)}</p>
        <nav aria-label={strings.result.verdict}>
          <ul className="flex flex-wrap gap-1.5 text-sm">
            {[null, ...VERDICTS].map((one) => {
              const count = one === null ? report.results.length : report.results.filter((result) => result.verdict === one).length;
              if (count === 0) return null;
              return (
                <li key={one ?? "all"}>
                  <Link
                    to={link({ verdict: one })}
                    replace
                    preventScrollReset
                    aria-current={one === verdict ? "true" : undefined}
                    className={classNames("flex items-center gap-1.5 rounded-lg border border-line px-2.5 py-1 hover:bg-sunken", one === verdict && "border-accent bg-accent-soft font-medium")}
                  >
                    {one === null ? strings.result.allRules : strings.verdicts[one]}
                    <Badge tone={one === null ? "neutral" : verdictTones[one]} className="tabular-nums">
                      {count}
                    </Badge>
                  </Link>
                </li>
              );
            })}
          </ul>
        </nav>
      </div>
      {shown.length > 0 ? <PolicyTable report={{ results: shown }} /> : <p className="text-sm text-ink-soft">{strings.result.noRule}</p>}
    </div>
  );
}
