import { useVirtualizer, useWindowVirtualizer } from "@tanstack/react-virtual";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ReactNode, RefObject } from "react";

import { cardElementId } from "@/features/run/reason-card";
import type { CardView } from "@/shared/live/fold";
import { ScrollBox } from "@/shared/ui/scroll-box";

interface RowsProps {
  cards: readonly CardView[];
  /** The card to bring into view, once it is there. */
  wanted: number | null;
  item: (view: CardView) => ReactNode;
}

/** A closed card with a decision of two lines, and the space below it. */
const ROW_HEIGHT = 116;
/** Rows beyond the edges: some scrolling finds them painted already. */
const BEYOND = 6;

/** Thousands of cards, of which only those in sight are on the page. */
export function VirtualRows({ cards, wanted, item }: RowsProps) {
  const list = useRef<HTMLOListElement>(null);
  const box = useContext(ScrollBox);
  const scrollMargin = useOffset(list, box);
  const options = {
    count: cards.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: BEYOND,
    scrollMargin,
    getItemKey: (index: number) => cards[index]?.sequence ?? index,
  };
  // One of them works: which, is known only once the page is laid out. No compiler memoises here.
  // oxlint-disable-next-line react/incompatible-library
  const panel = useVirtualizer({ ...options, enabled: box !== null, getScrollElement: () => box });
  const page = useWindowVirtualizer({ ...options, enabled: box === null });
  const rows = box === null ? page : panel;

  const place = wanted === null ? -1 : cards.findIndex(({ sequence }) => sequence === wanted);
  // Heights are guessed until a row is there, and what stands above the list comes later: on until the card is in
  // sight, and again when the list moves, as long as nobody has scrolled.
  const reached = useRef("");
  const touched = useRef(false);
  useEffect(() => {
    touched.current = false;
    const touch = () => {
      touched.current = true;
    };
    const kinds = ["wheel", "touchmove", "keydown", "pointerdown"] as const;
    for (const kind of kinds) addEventListener(kind, touch, { passive: true });
    return () => {
      for (const kind of kinds) removeEventListener(kind, touch);
    };
  }, [wanted]);
  useEffect(() => {
    const goal = `${wanted} ${scrollMargin}`;
    if (wanted === null || place < 0 || touched.current || reached.current === goal) return;
    const card = document.getElementById(cardElementId(wanted))?.getBoundingClientRect();
    const [top, bottom] = box ? [box.getBoundingClientRect().top, box.getBoundingClientRect().bottom] : [0, innerHeight];
    if (card && card.top >= top - 1 && card.top < bottom) reached.current = goal;
    else rows.scrollToIndex(place, { align: "start" });
  });

  return (
    <ol ref={list} data-cards className="relative" style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const view = cards[index];
        return view === undefined ? null : (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={cards.length}
            aria-posinset={index + 1}
            className="absolute inset-x-0 top-0 pb-3"
            style={{ transform: `translateY(${start - scrollMargin}px)` }}
          >
            {item(view)}
          </li>
        );
      })}
    </ol>
  );
}

/** How far the list is below the beginning of what scrolls; what stands above it changes its height. */
function useOffset(list: RefObject<HTMLElement | null>, box: HTMLElement | null): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    const content = box ? box.firstElementChild : document.body;
    if (!element || !content) return undefined;
    const measure = () => {
      const top = element.getBoundingClientRect().top;
      setOffset(Math.round(box ? top - box.getBoundingClientRect().top + box.scrollTop : top + scrollY));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(content);
    for (const above of content.children) observer.observe(above);
    measure();
    return () => observer.disconnect();
  }, [list, box]);
  return offset;
}
