import { Brain } from "lucide-react";
import { createContext, useContext, useEffect, useRef, useState } from "react";

import { nodeName } from "@/features/run/workflow/workflow-list";
import { classNames } from "@/shared/lib/class-names";
import { useMedia } from "@/shared/lib/use-media";
import { NO_THOUGHTS } from "@/shared/live/passing";
import type { Thought, Thoughts } from "@/shared/live/passing";
import { strings } from "@/shared/strings";

/** What models say just now. A context, so that what does not show it is not drawn anew with each piece. */
export const ThoughtsContext = createContext<Thoughts>(NO_THOUGHTS);

/** How often the text moves on for somebody who wants little motion. */
const CALM_MS = 2_000;

/** All that is being thought, below the cards that it will become. */
export function ThinkingList() {
  const thoughts = useContext(ThoughtsContext);
  return (
    <ol className="space-y-3 empty:hidden">
      {[...thoughts].map(([step, thought]) => (
        <li key={step}>
          <Thinking thought={thought} />
        </li>
      ))}
    </ol>
  );
}

/** What one step is thinking; nothing while it is not. */
export function NodeThinking({ node }: { node: string }) {
  const thoughts = useContext(ThoughtsContext);
  return [...thoughts].map(([step, thought]) => (thought.node === node ? <Thinking key={step} thought={thought} /> : null));
}

function Thinking({ thought: { node, text, cut } }: { thought: Thought }) {
  const calm = useMedia("(prefers-reduced-motion: reduce)");
  const shown = useCalm(text, calm);
  const name = strings.run.thinkingOf(nodeName(node));
  return (
    // Not announced: it would drown everything else, and the card that follows says it in order.
    <section aria-label={name} aria-live="off" className="space-y-2 rounded-xl border border-dashed border-line-strong p-4">
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-soft">
        <Brain className={classNames("size-3.5 text-accent", !calm && "animate-pulse")} aria-hidden />
        <span className="font-semibold text-accent">{nodeName(node)}</span>
        {strings.run.thinking}
      </p>
      {/* The end stays in sight: in a column that is turned round a box scrolls from its end. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div tabIndex={0} role="region" aria-label={strings.run.thinkingText(nodeName(node))} className="flex max-h-44 flex-col-reverse overflow-y-auto text-sm text-ink-soft">
        <p className="whitespace-pre-wrap">
          {cut ? "…" : null}
          {shown}
        </p>
      </div>
    </section>
  );
}

/** The text as it comes, or in steps that are far apart. */
function useCalm(text: string, calm: boolean): string {
  const [shown, setShown] = useState(text);
  const newest = useRef(text);
  useEffect(() => {
    newest.current = text;
  }, [text]);
  useEffect(() => {
    if (!calm) return undefined;
    const timer = setInterval(() => setShown(newest.current), CALM_MS);
    return () => clearInterval(timer);
  }, [calm]);
  return calm ? shown : text;
}
