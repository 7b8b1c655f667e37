/** The numbers that are tried are part of the address, so that a "what if" can be shown to somebody else. */
import type { DecisionSet, NewDecisionSet, TriedField, TriedValues } from "@/shared/api/types";
import { availability, duration, number as plain, usd } from "@/shared/lib/format";
import { canvas } from "@/shared/strings-canvas";

/** In the order of the form. */
export const TRIED_FIELDS: readonly TriedField[] = ["average_per_second", "stored_gb", "daily_gb", "latency_ms", "availability_percent", "budget_usd_per_month"];

/** The name of a field in the address. */
export const triedKey = (field: TriedField) => `try.${field}`;

/** Says in the address that the next version is to begin with the numbers that are tried. */
export const WITH_TRIED = "with";

export function triedOf(value: (name: string) => string | null): TriedValues {
  const tried: TriedValues = {};
  for (const field of TRIED_FIELDS) {
    const text = value(triedKey(field));
    const read = text === null || text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(read)) tried[field] = read;
  }
  return tried;
}

/** A tried number with its unit. */
export function triedWords(field: TriedField, value: number): string {
  const of = canvas.whatIf.units;
  switch (field) {
    case "average_per_second":
      return of.perSecond(plain(value));
    case "stored_gb":
      return of.gigabytes(plain(value));
    case "daily_gb":
      return of.gigabytesADay(plain(value));
    case "latency_ms":
      return duration(value);
    case "availability_percent":
      return availability(value);
    case "budget_usd_per_month":
      return of.aMonth(usd(value));
  }
}

/** From one number to another, the unit once. */
export function triedRange(field: TriedField, low: number, high: number): string {
  const from = field === "latency_ms" ? duration(low) : field === "availability_percent" ? availability(low).replace(/ %$/, "") : field === "budget_usd_per_month" ? usd(low) : plain(low);
  return `${from} – ${triedWords(field, high)}`;
}

/** The change of the address that takes all of them away. */
export const NOTHING_TRIED: Readonly<Record<string, null>> = Object.fromEntries([...TRIED_FIELDS.map(triedKey), WITH_TRIED].map((name) => [name, null]));

/** The tried numbers as constraints of a new version. They win over its text; what was given with this version stays. */
export function constraintsWith(tried: TriedValues, { given_constraints: given, plan, cost_review }: DecisionSet): NonNullable<NewDecisionSet["constraints"]> {
  const { average_per_second: average, stored_gb, daily_gb, latency_ms, availability_percent, budget_usd_per_month } = tried;
  const known = plan?.constraints;
  const load = cost_review?.sensitivity?.find(({ factor }) => factor === 1);
  const peak = load && load.average_per_second > 0 ? load.peak_per_second / load.average_per_second : 1;
  const volume = known?.data_volume?.value;
  // New data alone says nothing of what is stored: that stays as the plan has it, where it has it.
  const stored = stored_gb ?? (daily_gb === undefined || daily_gb === null ? undefined : volume?.stored_gb);
  return {
    ...given,
    ...(isNumber(average) ? { throughput: { average_per_second: average, peak_per_second: average * peak } } : {}),
    ...(isNumber(stored) ? { data_volume: { ...volume, stored_gb: stored, daily_gb: daily_gb ?? volume?.daily_gb ?? null } } : {}),
    ...(isNumber(latency_ms) ? { latency: { milliseconds: latency_ms, percentile: known?.latency?.value.percentile ?? 95 } } : {}),
    ...(isNumber(availability_percent) ? { availability_percent } : {}),
    ...(isNumber(budget_usd_per_month) ? { budget_usd_per_month } : {}),
  };
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}
