import type { ComponentProps } from "react";

import { classNames } from "@/shared/lib/class-names";

export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section className={classNames("rounded-xl border border-line bg-surface shadow-card", className)} {...rest} />;
}
