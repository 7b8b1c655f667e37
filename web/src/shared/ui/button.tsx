import { cva } from "class-variance-authority";
import type { VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";

import { classNames } from "@/shared/lib/class-names";

const look = cva(
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        primary: "bg-accent-solid text-on-accent hover:bg-accent-solid-hover",
        secondary: "border border-line bg-surface text-ink hover:bg-sunken",
        quiet: "text-ink-soft hover:bg-sunken hover:text-ink",
        danger: "bg-bad-solid text-white hover:brightness-95",
      },
      size: {
        normal: "min-h-10 px-4 text-sm",
        small: "min-h-8 px-2.5 text-[0.8125rem]",
        icon: "size-9",
      },
    },
    defaultVariants: { tone: "secondary", size: "normal" },
  },
);

interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof look> {
  /** The child is the element, such as a link that looks like a button. */
  asChild?: boolean;
  /** Work is going on: shows it and refuses another click. */
  busy?: boolean;
}

export function Button({ className, tone, size, asChild = false, busy = false, children, disabled, ...rest }: ButtonProps) {
  const classes = classNames(look({ tone, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button type="button" className={classes} disabled={disabled === true || busy} aria-busy={busy || undefined} {...rest}>
      {busy ? <LoaderCircle className="animate-spin" aria-hidden /> : null}
      {children}
    </button>
  );
}
