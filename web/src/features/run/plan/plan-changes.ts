/** What a plan changes of the one before. Pure. */
import type { DecisionSet } from "@/shared/api/types";

type Plan = NonNullable<DecisionSet["plan"]>;

export interface PartChange {
  readonly capability: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The capabilities whose parts are others, or of another size, in the order of the newer plan. */
export function changesOf(before: Plan, after: Plan): PartChange[] {
  const [older, newer] = [before, after].map((plan) => plan.candidates.find(({ id }) => id === plan.selected)?.components ?? []);
  const capabilities = [...new Set([...(newer ?? []), ...(older ?? [])].map(({ capability }) => capability))];
  return capabilities.flatMap((capability) => {
    const of = (parts: typeof older) => (parts ?? []).filter((part) => part.capability === capability);
    const [from, to] = [of(older), of(newer)];
    const same = (part: (typeof from)[number]) => to.find(({ pattern }) => pattern === part.pattern);
    if (from.length === to.length && from.every((part) => same(part) && sizeOf(part) === sizeOf(same(part)))) return [];
    // The size is named only where it is what changed.
    const sized = from.length === to.length && from.every(same);
    const name = (part: (typeof from)[number]) => (sized && sizeOf(part) !== "" ? `${part.name} (${sizeOf(part)})` : part.name);
    return [{ capability, before: from.map(name), after: to.map(name) }];
  });
}

function sizeOf(part: { readonly sizing: Readonly<Record<string, string>> } | undefined): string {
  return Object.entries(part?.sizing ?? {})
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => `${key.replaceAll("_", " ")} ${value}`)
    .join(", ");
}
