import type { ComponentProps } from "react";

import { classNames } from "@/shared/lib/class-names";
import { ScrollRegion } from "@/shared/ui/scroll-region";

/** A table that scrolls sideways on its own when the page is narrow. */
export function DataTable({ caption, className, children, ...rest }: ComponentProps<"table"> & { caption: string }) {
  return (
    <ScrollRegion label={caption} className="rounded-lg border border-line">
      <table className={classNames("w-full border-collapse text-sm [overflow-wrap:break-word]", className)} {...rest}>
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </ScrollRegion>
  );
}

export function HeadCell({ className, ...rest }: ComponentProps<"th">) {
  return <th scope="col" className={classNames("bg-sunken px-3 py-2 text-start text-xs font-semibold text-ink-soft", className)} {...rest} />;
}

export function Cell({ className, ...rest }: ComponentProps<"td">) {
  return <td className={classNames("border-t border-line px-3 py-2 align-top", className)} {...rest} />;
}
