import { ChevronLeft, ChevronRight } from "lucide-react";
import { Tabs as Radix } from "radix-ui";
import { useEffect, useRef } from "react";
import type { ComponentProps } from "react";

import { classNames } from "@/shared/lib/class-names";
import { useScrollEdges } from "@/shared/lib/use-scroll-edges";

export const TabsRoot = Radix.Root;

/** A row of tabs that scrolls when it is longer than the page is wide, and says on which side it goes on. */
export function TabsList({ className, ...rest }: ComponentProps<typeof Radix.List>) {
  const box = useRef<HTMLDivElement>(null);
  const more = useScrollEdges(box);
  // The chosen one is in sight, also when an address chose it, or the row has become narrower. Not whenever it is drawn:
  // whoever looks for another is not taken back.
  const seen = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const chosen = box.current?.querySelector<HTMLElement>("[data-state=active]") ?? null;
    if (chosen !== seen.current) bringIntoSight(box.current);
    seen.current = chosen;
  });
  useEffect(() => {
    const list = box.current;
    if (!list) return undefined;
    const observer = new ResizeObserver(() => bringIntoSight(list));
    observer.observe(list);
    return () => observer.disconnect();
  }, []);
  return (
    <div className="relative">
      <Radix.List ref={box} className={classNames("relative flex scroll-px-10 gap-1 overflow-x-auto border-b border-line px-2 [scrollbar-width:none]", className)} {...rest} />
      {more.before ? <Edge side="start" onClick={() => box.current?.scrollBy({ left: -box.current.clientWidth / 2, behavior: "smooth" })} /> : null}
      {more.after ? <Edge side="end" onClick={() => box.current?.scrollBy({ left: box.current.clientWidth / 2, behavior: "smooth" })} /> : null}
    </div>
  );
}

/** Scrolls a row so far that its chosen tab is in sight, clear of the edges. */
function bringIntoSight(list: HTMLElement | null): void {
  const chosen = list?.querySelector<HTMLElement>("[data-state=active]");
  if (!list || !chosen) return;
  const [left, right] = [chosen.offsetLeft - 40, chosen.offsetLeft + chosen.offsetWidth + 40];
  if (left < list.scrollLeft) list.scrollTo({ left });
  else if (right > list.scrollLeft + list.clientWidth) list.scrollTo({ left: right - list.clientWidth });
}

/** For a mouse without a second wheel. A finger swipes, and the keyboard reaches every tab by the arrows anyway. */
function Edge({ side, onClick }: { side: "start" | "end"; onClick: () => void }) {
  const Icon = side === "start" ? ChevronLeft : ChevronRight;
  return (
    <button type="button" tabIndex={-1} aria-hidden onClick={onClick} className={classNames("tabs-edge absolute inset-y-0 bottom-px flex w-10 items-center text-accent", side === "start" ? "tabs-edge-start start-0 justify-start" : "end-0 justify-end")}>
      <Icon className="size-4" />
    </button>
  );
}

export function TabsTrigger({ className, ...rest }: ComponentProps<typeof Radix.Trigger>) {
  return (
    <Radix.Trigger
      className={classNames(
        "-mb-px shrink-0 border-b-2 border-transparent px-3 py-2.5 text-sm font-medium text-ink-soft -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink",
        className,
      )}
      {...rest}
    />
  );
}

export function TabsContent({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return <Radix.Content className={classNames("p-4 @2xl:p-5", className)} {...rest} />;
}
