import type { ComponentProps } from "react";

import { classNames } from "@/shared/lib/class-names";

/** A table that scrolls sideways on its own when the page is narrow. */
export function DataTable({ caption, className, children, ...rest }: ComponentProps<"table"> & { caption: string }) {
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="overflow-x-auto rounded-lg border border-line" role="region" aria-label={caption} tabIndex={0}>
      <table className={classNames("w-full border-collapse text-sm [overflow-wrap:break-word]", className)} {...rest}>
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </div>
  );
}

export function HeadCell({ className, ...rest }: ComponentProps<"th">) {
  return <th scope="col" className={classNames("bg-sunken px-3 py-2 text-start text-xs font-semibold text-ink-soft", className)} {...rest} />;
}

export function Cell({ className, ...rest }: ComponentProps<"td">) {
  return <td className={classNames("border-t border-line px-3 py-2 align-top", className)} {...rest} />;
}
