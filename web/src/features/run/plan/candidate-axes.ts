/** The figures of candidates on parallel axes: higher is better on each. Pure. */
import type { Candidate, DecisionSet } from "@/shared/api/types";

export type ParetoPoint = NonNullable<NonNullable<DecisionSet["plan"]>["pareto"]>[number];
export type AxisName = "score" | "cost" | "latency" | "operations" | "risk" | "availability";

export type Figures = Readonly<Record<AxisName, number | null>>;

export interface Axis {
  readonly name: AxisName;
  /** The best and the worst value, at the top and at the bottom. */
  readonly best: number;
  readonly worst: number;
}

const MORE_IS_BETTER: Readonly<Record<AxisName, boolean>> = { score: true, cost: false, latency: false, operations: false, risk: false, availability: true };
const ORDER: readonly AxisName[] = ["score", "cost", "latency", "operations", "risk", "availability"];

export function figuresOf({ total_score, metrics }: Candidate): Figures {
  return {
    score: total_score,
    cost: metrics.monthly_usd,
    latency: metrics.latency_p95_ms ?? null,
    operations: metrics.operations_hours_per_month,
    risk: metrics.risk,
    availability: metrics.availability_percent,
  };
}

/** A point of the comparison; its availability is not told. */
export function figuresOfPoint({ score, monthly_usd, latency_p95_ms, operations_hours_per_month, risk }: ParetoPoint): Figures {
  return { score, cost: monthly_usd, latency: latency_p95_ms ?? null, operations: operations_hours_per_month, risk, availability: null };
}

/** The axes that at least one candidate has a value on, each as long as all values of it. */
export function axesOf(candidates: readonly Figures[], others: readonly Figures[]): Axis[] {
  return ORDER.flatMap((name): Axis[] => {
    const values = (all: readonly Figures[]) => all.flatMap((figures) => figures[name] ?? []);
    if (values(candidates).length === 0) return [];
    const all = values([...candidates, ...others]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return [MORE_IS_BETTER[name] ? { name, best: high, worst: low } : { name, best: low, worst: high }];
  });
}

/** Where a value stands on its axis: 1 at the best end, 0 at the worst; in the middle where all are the same. */
export function heightOn({ best, worst }: Axis, value: number): number {
  return best === worst ? 0.5 : Math.abs((value - worst) / (best - worst));
}
