import { cva } from "class-variance-authority";
import type { VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";

import { classNames } from "@/shared/lib/class-names";

const look = cva("inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3", {
  variants: {
    tone: {
      neutral: "bg-sunken text-ink-soft",
      accent: "bg-accent-soft text-accent",
      good: "bg-good-soft text-good",
      warn: "bg-warn-soft text-warn",
      bad: "bg-bad-soft text-bad",
    },
  },
  defaultVariants: { tone: "neutral" },
});

export type Tone = NonNullable<VariantProps<typeof look>["tone"]>;

export function Badge({ className, tone, ...rest }: ComponentProps<"span"> & VariantProps<typeof look>) {
  return <span className={classNames(look({ tone }), className)} {...rest} />;
}
