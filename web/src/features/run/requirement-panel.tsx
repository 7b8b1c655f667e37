import { memo } from "react";

import { markSpans } from "@/shared/lib/characters";
import { strings } from "@/shared/strings";
import type { EvidenceLink } from "@/shared/api/types";

/** The requirement with the words marked that the decisions rest on. */
export const RequirementPanel = memo(function RequirementPanel({ requirement, evidence }: { requirement: string; evidence: readonly EvidenceLink[] }) {
  return (
    <div className="space-y-2">
      <h2 id="requirement-title" className="text-sm font-semibold">
        {strings.run.requirement}
      </h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <p className="max-h-72 overflow-y-auto text-sm leading-relaxed whitespace-pre-wrap text-ink-soft" tabIndex={0} role="region" aria-labelledby="requirement-title">
        {markSpans(requirement, evidence).map(({ text, marked }, place) =>
          // oxlint-disable-next-line react/no-array-index-key
          marked ? <mark key={place} className="text-ink">{text}</mark> : <span key={place}>{text}</span>,
        )}
      </p>
    </div>
  );
});

/** Characters on either side of the words that are shown with them. */
const CONTEXT = 60;

/** The quoted words in their surroundings. */
export function Excerpt({ requirement, link }: { requirement: string; link: EvidenceLink }) {
  const characters = [...requirement];
  const from = Math.max(0, link.start - CONTEXT);
  const to = Math.min(characters.length, link.end + CONTEXT);
  const quoted = characters.slice(link.start, link.end).join("");
  // A span that does not hold its quote would mark the wrong words; then the quote stands alone.
  if (quoted !== link.quote) return <mark>{link.quote}</mark>;
  return (
    <>
      {from > 0 ? "…" : ""}
      {characters.slice(from, link.start).join("")}
      <mark className="text-ink">{quoted}</mark>
      {characters.slice(link.end, to).join("")}
      {to < characters.length ? "…" : ""}
    </>
  );
}
