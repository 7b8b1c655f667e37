import { useContext } from "react";

import { budgetOf } from "@/features/run/design-facts";
import { Findings } from "@/features/run/findings";
import { NotYet } from "@/features/run/not-yet";
import type { CostLine, DecisionSet } from "@/shared/api/types";
import { number, percent, usd, usdPerUnit, words } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";
import { PatternNames, Prose } from "@/shared/ui/prose";

export function CostsTab({ decisionSet }: { decisionSet: DecisionSet }) {
  const review = decisionSet.cost_review;
  if (!review) return <NotYet />;
  const { estimate, budget, savings, trade_offs, findings } = review;
  const of = strings.result;
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap gap-x-10 gap-y-3">
        <Figure label={of.expected} value={`${usd(estimate.expected_usd)} ${strings.gate.perMonth}`} note={of.range(usd(estimate.low_usd), usd(estimate.high_usd))} />
        {budget ? (
          <Figure label={of.budget} value={of.budgetUsed(percent(budget.used_share), budgetOf(decisionSet, budget.limit_usd))} note={budget.within ? of.withinBudget : of.overBudget} bad={!budget.within} />
        ) : null}
      </div>
      <Breakdown lines={estimate.lines} total={estimate.expected_usd} />
      <DataTable caption={of.tabs.costs}>
        <thead>
          <tr>
            <HeadCell>{of.item}</HeadCell>
            <HeadCell>{of.quantity}</HeadCell>
            <HeadCell className="text-end">{of.unitPrice}</HeadCell>
            <HeadCell className="text-end">{of.monthly}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {estimate.lines.map((line) => (
            <tr key={`${line.pattern} ${line.item} ${line.price_id}`}>
              <Cell className="min-w-44">
                <span className="font-medium">{line.item}</span>
                <span className="block text-xs text-ink-soft" title={of.source}>
                  {line.price_source} ({line.price_date})
                </span>
              </Cell>
              <Cell className="min-w-48">
                {number(line.quantity)} {line.unit}
                <span className="block text-xs text-ink-soft">{line.formula}</span>
              </Cell>
              <Cell className="text-end tabular-nums">{usdPerUnit(line.unit_price_usd)}</Cell>
              <Cell className="text-end tabular-nums">{usd(line.monthly_usd)}</Cell>
            </tr>
          ))}
        </tbody>
      </DataTable>
      {findings.length > 0 ? (
        <section className="space-y-2">
          <h3 className="font-semibold">{strings.gate.findings}</h3>
          <Findings findings={findings} />
        </section>
      ) : null}
      {savings.length > 0 ? (
        <section className="space-y-2">
          <h3 className="font-semibold">{of.savings}</h3>
          <ul className="space-y-2 text-sm">
            {savings.map(({ title, monthly_usd, trade_off }) => (
              <li key={title}>
                <span className="font-medium">
                  <Prose text={title} />
                </span>{" "}
                <span className="text-good tabular-nums">−{usd(monthly_usd)}</span>
                <span className="block text-ink-soft">
                  <Prose text={trade_off} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Lines title={of.tradeOffs} lines={trade_offs} />
      <Lines title={of.assumptions} lines={estimate.assumptions} />
    </div>
  );
}

function Figure({ label, value, note, bad = false }: { label: string; value: string; note: string; bad?: boolean }) {
  return (
    <div>
      <p className="text-xs font-semibold text-ink-soft">{label}</p>
      <p className="text-xl font-semibold tabular-nums">{value}</p>
      <p className={bad ? "text-sm font-medium text-bad" : "text-sm text-ink-soft"}>{note}</p>
    </div>
  );
}

/** Money per component as bars; the numbers stand beside them, so the bars need no words of their own. */
function Breakdown({ lines, total }: { lines: readonly CostLine[]; total: number }) {
  const names = useContext(PatternNames);
  const sums = new Map<string, number>();
  for (const { pattern, monthly_usd } of lines) sums.set(pattern, (sums.get(pattern) ?? 0) + monthly_usd);
  const bars = [...sums].toSorted(([, a], [, b]) => b - a);
  const most = Math.max(...bars.map(([, sum]) => sum), 0.01);
  return (
    <ul className="grid gap-2 text-sm">
      {bars.map(([pattern, sum]) => (
        <li key={pattern} className="grid grid-cols-[minmax(0,11rem)_1fr_auto] items-center gap-3 max-sm:grid-cols-[1fr_auto]">
          <span title={pattern}>{names.get(pattern) ?? words(pattern.split(".").at(-1) ?? pattern)}</span>
          <span className="h-3 rounded bg-sunken max-sm:col-span-2 max-sm:row-start-2" aria-hidden>
            <span className="block h-full rounded bg-accent-solid" style={{ width: `${(100 * sum) / most}%` }} />
          </span>
          <span className="tabular-nums">
            {usd(sum)} <span className="text-ink-soft">({percent(total > 0 ? sum / total : 0)})</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{title}</h3>
      <ul className="list-disc space-y-1 ps-5 text-sm">
        {lines.map((line) => (
          <li key={line}>
            <Prose text={line} />
          </li>
        ))}
      </ul>
    </section>
  );
}
