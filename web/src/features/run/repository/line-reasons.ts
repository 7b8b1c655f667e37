import type { ImplementationReview } from "@/shared/api/types";
import { strings } from "@/shared/strings";

/** Why a line stands where it is. */
export interface LineReason {
  line: number;
  /** What the line is for. */
  says: string;
  /** The constraint and the words of the requirement behind it; empty for what every repository owes. */
  because: string;
}

/** The reasons for a file's lines, in their order, each once. */
export function reasonsOf(review: ImplementationReview | null, path: string): LineReason[] {
  if (!review) return [];
  const traced = review.traces.flatMap(({ field, value, quotes, places }) =>
    places.map((place) => ({ place, because: [`${strings.fields[field]}: ${value}`, ...quotes.map(({ quote }) => `“${quote}”`)].join(", ") })),
  );
  const standards = review.standards.map((place) => ({ place, because: "" }));
  const seen = new Set<string>();
  return [...traced, ...standards]
    .filter(({ place }) => place.path === path)
    .map(({ place, because }) => ({ line: place.line, says: place.says, because }))
    .filter(({ line, says, because }) => {
      const key = `${line} ${says} ${because}`;
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => a.line - b.line);
}
