/** What a design says about where and for how much it runs. Pure. */
import type { DecisionSet } from "@/shared/api/types";
import { budget, usd } from "@/shared/lib/format";
import { strings } from "@/shared/strings";

type Plan = NonNullable<DecisionSet["plan"]>;
type Cloud = NonNullable<Plan["constraints"]["cloud"]>["value"];

/** Names for people by pattern id, of every part of every candidate. */
export function patternNamesOf(plan: Plan | null | undefined): ReadonlyMap<string, string> {
  return new Map((plan?.candidates ?? []).flatMap(({ components }) => components.map(({ pattern, name }) => [pattern, name] as const)));
}

/** The cloud of the design: what its parts are made of, or what was asked for. */
export function cloudOf(plan: Plan): Cloud {
  const parts = plan.candidates.find(({ id }) => id === plan.selected)?.components ?? [];
  for (const cloud of ["gcp", "azure"] as const) {
    if (parts.some(({ pattern }) => pattern.includes(`.${cloud}-`))) return cloud;
  }
  return plan.constraints.cloud?.value ?? "aws";
}

/** The regions: those that were asked for, or the words about the one that was assumed. */
export function regionsOf(plan: Plan): string | null {
  const stated = plan.constraints.regions?.value ?? [];
  if (stated.length > 0) return stated.map(({ code, jurisdiction }) => `${code} (${jurisdiction})`).join(", ");
  return plan.assumptions.find(({ field }) => field === "regions")?.text ?? null;
}

/** The budget in the currency it was given in, with the dollars that are planned with. */
export function budgetOf(decisionSet: DecisionSet, limit: number): string {
  const stated = (decisionSet.plan?.constraints ?? decisionSet.constraints)?.budget?.value;
  // A limit that is not the stated budget came from elsewhere.
  return stated && Math.abs(stated.usd_per_month - limit) < 0.5 ? budget(stated) : usd(limit);
}

/** What the planner could not use of the comment that sent the plan back. */
export function notUnderstood(responses: readonly string[]): string[] {
  return responses.flatMap((line) => {
    const rest = line.startsWith(strings.gate.notUnderstoodPrefix) ? line.slice(strings.gate.notUnderstoodPrefix.length).trim() : "";
    return rest === "" ? [] : [rest];
  });
}
