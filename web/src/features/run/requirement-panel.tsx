import { memo } from "react";

import { markSpans } from "@/shared/lib/characters";
import type { Span } from "@/shared/lib/characters";
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
        {markSpans(requirement, evidence).map(({ text, marked, start, end }) =>
          marked ? (
            <mark key={start} data-words={`${start} ${end}`} tabIndex={-1} className="text-ink">
              {text}
            </mark>
          ) : (
            <span key={start}>{text}</span>
          ),
        )}
      </p>
    </div>
  );
});

/** Brings the marked words of a span into view, and the focus to them; the requirement may be folded away. */
export function toWords({ start }: Span): void {
  for (const mark of document.querySelectorAll<HTMLElement>("mark[data-words]")) {
    const [from = 0, to = 0] = (mark.dataset["words"] ?? "").split(" ").map(Number);
    if (start < from || start >= to) continue;
    const folded = mark.closest("details");
    if (folded) folded.open = true;
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
    return;
  }
}

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
