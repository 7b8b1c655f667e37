import { NotYet } from "@/features/run/not-yet";
import type { CheckStatus, DecisionSet } from "@/shared/api/types";
import { duration } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import type { Tone } from "@/shared/ui/badge";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";

const tones: Readonly<Record<CheckStatus, Tone>> = { passed: "good", failed: "bad", not_run: "warn" };

/** Most tools begin their version with their own name. */
function toolAndVersion(tool: string, version: string): string {
  return version.toLowerCase().startsWith(tool.toLowerCase()) ? version : `${tool} ${version}`.trim();
}

/** Which tool ran, which version, what it found; what could not run is not called a pass. */
export function ValidationTab({ report }: { report: NonNullable<DecisionSet["validation"]> | null }) {
  if (!report) return <NotYet />;
  const of = strings.result;
  return (
    <div className="space-y-3">
      <p className="text-sm text-ink-soft">{of.validationSummary(report.passed, report.failed, report.not_run)}</p>
      <DataTable caption={of.tabs.validation}>
        {/* Where there is no room for four columns, the result stands beside the check and the rest below. */}
        <thead className="@max-xl:sr-only">
          <tr>
            {[of.check, of.tool, of.status, of.found].map((title) => (
              <HeadCell key={title}>{title}</HeadCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.checks.map(({ name, category, tool, version, status, files, findings, reason, duration_ms }) => (
            <tr key={name} className="@max-xl:grid @max-xl:grid-cols-[minmax(0,1fr)_auto] @max-xl:border-t @max-xl:border-line @max-xl:first:border-t-0">
              <Cell className="@max-xl:border-t-0 @max-xl:pb-0 @xl:min-w-40">
                <span className="font-medium">{name}</span>
                <span className="block text-xs text-ink-soft">{category}</span>
              </Cell>
              <Cell className="@max-xl:order-1 @max-xl:col-span-2 @max-xl:border-t-0 @max-xl:py-1 @max-xl:text-ink-soft @xl:min-w-36">
                {toolAndVersion(tool, version ?? "")}
                <span className="block text-xs text-ink-soft">
                  {of.filesChecked(files)}, {duration(duration_ms)}
                </span>
              </Cell>
              <Cell className="@max-xl:border-t-0 @max-xl:pb-0">
                <Badge tone={tones[status]}>{strings.checks[status]}</Badge>
              </Cell>
              <Cell className="@max-xl:order-2 @max-xl:col-span-2 @max-xl:border-t-0 @max-xl:pt-0 @xl:min-w-64">
                {reason ? <p className="text-ink-soft">{reason}</p> : null}
                <ul className="space-y-1">
                  {findings.map(({ path, line, rule, message, blocking }) => (
                    <li key={`${path} ${line} ${rule} ${message}`}>
                      <code className="text-xs">
                        {path}
                        {line ? `:${line}` : ""}
                      </code>{" "}
                      <span className={blocking ? "font-medium text-bad" : undefined}>
                        {rule}: {message}
                      </span>
                    </li>
                  ))}
                </ul>
              </Cell>
            </tr>
          ))}
        </tbody>
      </DataTable>
    </div>
  );
}
