import { useRef } from "react";
import type { ReactNode } from "react";

import { classNames } from "@/shared/lib/class-names";
import { useScrollEdges } from "@/shared/lib/use-scroll-edges";
import { strings } from "@/shared/strings";

/** What is wider than the page scrolls sideways on its own; shadows and a line say that there is more. */
export function ScrollRegion({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const more = useScrollEdges(box);
  return (
    <div>
      {more.before || more.after ? <p className="mb-1 text-xs text-ink-soft">{strings.common.scrolls}</p> : null}
      <div className="relative">
        {/* A region that scrolls must be reachable by keyboard. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div ref={box} role="region" aria-label={label} tabIndex={0} className={classNames("overflow-x-auto", className)}>
          {children}
        </div>
        {more.before ? <span aria-hidden className="scroll-edge start-0 rotate-180" /> : null}
        {more.after ? <span aria-hidden className="scroll-edge end-0" /> : null}
      </div>
    </div>
  );
}
