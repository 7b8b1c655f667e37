import type { Candidate } from "@/shared/api/types";
import { duration, number, percent, usd } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";

export function CandidatesTable({ candidates, selected }: { candidates: readonly Candidate[]; selected: string }) {
  const of = strings.candidate;
  return (
    <DataTable caption={strings.gate.candidates}>
      <thead>
        <tr>
          {[of.name, of.score, of.cost, of.latency, of.capacity, of.availability, of.operations, of.risk, of.why].map((title) => (
            <HeadCell key={title}>{title}</HeadCell>
          ))}
        </tr>
      </thead>
      <tbody>
        {candidates.map(({ id, name, summary, metrics, total_score, why_not, violations }) => (
          <tr key={id} className={id === selected ? "bg-accent-soft/60" : undefined}>
            <Cell className="min-w-52">
              <span className="font-medium">{name}</span> {id === selected ? <Badge tone="accent">{strings.gate.chosen}</Badge> : null}
              <span className="mt-0.5 block text-ink-soft">{summary}</span>
            </Cell>
            <Cell className="tabular-nums">{percent(total_score)}</Cell>
            <Cell className="tabular-nums">{usd(metrics.monthly_usd)}</Cell>
            <Cell className="tabular-nums">{metrics.latency_p95_ms === null || metrics.latency_p95_ms === undefined ? of.batch : duration(metrics.latency_p95_ms)}</Cell>
            <Cell className="tabular-nums">{metrics.max_per_second === null || metrics.max_per_second === undefined ? of.unbounded : number(metrics.max_per_second)}</Cell>
            <Cell className="tabular-nums">{metrics.availability_percent.toFixed(2)} %</Cell>
            <Cell className="tabular-nums">{number(metrics.operations_hours_per_month)}</Cell>
            <Cell className="tabular-nums">{percent(metrics.risk)}</Cell>
            <Cell className="min-w-64 text-ink-soft">
              {why_not}
              {violations.map((violation) => (
                <span key={violation} className="block text-bad">
                  {of.violations}: {violation}
                </span>
              ))}
            </Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
