import { memo, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";

import { VirtualRows } from "@/features/run/card-rows";
import { ReasonCardItem, cardElementId } from "@/features/run/reason-card";
import type { Priority } from "@/shared/api/types";
import type { CardView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Select } from "@/shared/ui/field";

/** From here on only what is in sight is on the page, so that thousands of cards stay smooth. */
const MANY = 100;

const PRIORITIES: readonly Priority[] = ["critical", "high", "medium", "low"];

interface CardListProps {
  cards: readonly CardView[];
  dropped: number;
  /** The first one is being thought of. */
  thinking: boolean;
  requirement: string;
  ended: boolean;
}

/** Which card is open and what is filtered is in the URL, so that a card can be shown to somebody else. */
export const CardList = memo(function CardList({ cards, dropped, thinking, requirement, ended }: CardListProps) {
  const id = useId();
  const [search, setSearch] = useSearchParams();
  const linked = Number(search.get("card")) || null;
  const [opened, setOpened] = useState<ReadonlySet<number>>(() => new Set(linked ? [linked] : []));
  const agent = search.get("agent") ?? "";
  const priority = search.get("priority") ?? "";

  const agents = useMemo(() => [...new Set(cards.map(({ card }) => card.agent))], [cards]);
  const shown = useMemo(
    () => cards.filter(({ card, sequence }) => sequence === linked || ((agent === "" || card.agent === agent) && (priority === "" || card.priority === priority))),
    [cards, linked, agent, priority],
  );

  const change = useCallback(
    (values: Readonly<Record<string, string | null>>) => {
      setSearch(
        (previous) => {
          const next = new URLSearchParams(previous);
          for (const [name, value] of Object.entries(values)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      );
    },
    [setSearch],
  );

  // The list's items are memoised; a function that changes with each event would undo that.
  const newest = useRef({ opened, change });
  useLayoutEffect(() => {
    newest.current = { opened, change };
  });
  const toggle = useCallback((sequence: number) => {
    const next = new Set(newest.current.opened);
    const opens = !next.delete(sequence);
    if (opens) next.add(sequence);
    setOpened(next);
    newest.current.change({ card: opens ? String(sequence) : null });
  }, []);

  // A link to a card opens it and brings it into view, once, when it is there; one that was opened here is in view.
  const [followed, setFollowed] = useState(linked);
  const [wanted, setWanted] = useState(linked);
  if (linked !== followed) {
    setFollowed(linked);
    if (linked !== null && !opened.has(linked)) {
      setOpened(new Set(opened).add(linked));
      setWanted(linked);
    }
  }
  const arrived = wanted !== null && cards.some(({ sequence }) => sequence === wanted);
  useEffect(() => {
    if (arrived && wanted !== null) document.getElementById(cardElementId(wanted))?.scrollIntoView({ block: "start" });
  }, [arrived, wanted]);

  const item = (view: CardView) => <ReasonCardItem view={view} requirement={requirement} open={opened.has(view.sequence)} onToggle={toggle} />;

  return (
    <section aria-labelledby={`${id}-title`} className="space-y-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h2 id={`${id}-title`} className="text-lg font-semibold">
          {strings.run.cards} {cards.length > 0 ? <span className="font-normal text-ink-soft">({cards.length + dropped})</span> : null}
        </h2>
        {cards.length > 1 ? (
          <div className="flex gap-2">
            <Select aria-label={strings.run.filterAgent} value={agent} onChange={(event) => change({ agent: event.target.value })} className="min-h-9 w-auto max-w-44">
              <option value="">
                {strings.run.filterAgent}: {strings.run.filterAll}
              </option>
              {agents.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
            <Select aria-label={strings.run.filterPriority} value={priority} onChange={(event) => change({ priority: event.target.value })} className="min-h-9 w-auto max-w-44">
              <option value="">
                {strings.run.filterPriority}: {strings.run.filterAll}
              </option>
              {PRIORITIES.map((value) => (
                <option key={value} value={value}>
                  {strings.priorities[value]}
                </option>
              ))}
            </Select>
          </div>
        ) : null}
      </div>
      {dropped > 0 ? <p className="text-sm text-ink-soft">{strings.run.cardsDropped(dropped)}</p> : null}
      {cards.length === 0 && !thinking ? <p className="text-sm text-ink-soft">{ended ? strings.run.cardsEmptyEnded : strings.run.cardsEmpty}</p> : null}
      {cards.length > 0 && shown.length === 0 ? (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-soft">
          {strings.run.filteredOut}
          <Button size="small" onClick={() => change({ agent: null, priority: null })}>
            {strings.run.showAll}
          </Button>
        </p>
      ) : null}
      {shown.length > MANY ? (
        <VirtualRows cards={shown} wanted={wanted} item={item} />
      ) : (
        <ol className="space-y-3" data-cards>
          {shown.map((view) => (
            <li key={view.sequence}>{item(view)}</li>
          ))}
        </ol>
      )}
    </section>
  );
});
