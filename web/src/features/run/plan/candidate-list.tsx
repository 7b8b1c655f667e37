import type { Candidate } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { availability, capacity, duration, number, percent, usd } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import { Prose } from "@/shared/ui/prose";

interface CandidateListProps {
  candidates: readonly Candidate[];
  selected: string;
  /** A summary that is on the page already. */
  known?: string;
}

function figuresOf({ metrics, total_score }: Candidate): [label: string, value: string][] {
  const of = strings.candidate;
  const { latency_p95_ms: latency, max_per_second: most } = metrics;
  return [
    [of.cost, usd(metrics.monthly_usd)],
    [of.score, percent(total_score)],
    [of.latency, latency === null || latency === undefined ? of.batch : duration(latency)],
    [of.capacity, most === null || most === undefined ? of.unbounded : capacity(most)],
    [of.availability, availability(metrics.availability_percent)],
    [of.operations, number(metrics.operations_hours_per_month)],
    [of.risk, percent(metrics.risk)],
  ];
}

/** The candidates one below the other: figures in the same places, so that they compare; the words at full width. */
export function CandidateList({ candidates, selected, known }: CandidateListProps) {
  return (
    <section aria-label={strings.gate.candidates}>
      <ul className="space-y-3">
        {candidates.map((candidate) => {
          const { id, name, summary, why_not, violations } = candidate;
          return (
            <li key={id} className={classNames("space-y-3 rounded-lg border border-line p-3 @2xl:p-4", id === selected && "border-accent/50 bg-accent-soft/60")}>
              <h4 className="flex flex-wrap items-center gap-2 font-medium">
                {name} {id === selected ? <Badge tone="accent">{strings.gate.chosen}</Badge> : null}
              </h4>
              <dl className="grid grid-cols-2 gap-x-4 gap-y-2 text-sm @2xl:grid-cols-4 @7xl:grid-cols-7">
                {figuresOf(candidate).map(([label, value]) => (
                  <div key={label} className="flex flex-col justify-between">
                    <dt className="text-xs text-ink-soft">{label}</dt>
                    <dd className="font-medium tabular-nums">{value}</dd>
                  </div>
                ))}
              </dl>
              {summary === known ? null : (
                <p className="text-sm text-ink-soft">
                  <Prose text={summary} />
                </p>
              )}
              {why_not ? (
                <p className="text-sm">
                  <strong className="font-semibold">{strings.candidate.why}:</strong> <Prose text={why_not} />
                </p>
              ) : null}
              {violations.map((violation) => (
                <p key={violation} className="text-sm text-bad">
                  {strings.candidate.violations}: <Prose text={violation} />
                </p>
              ))}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
