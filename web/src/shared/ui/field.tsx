import type { ComponentProps, ReactNode } from "react";

import { classNames } from "@/shared/lib/class-names";

const box = "w-full rounded-lg border border-line-strong bg-surface px-3 text-ink placeholder:text-ink-soft disabled:opacity-60 aria-[invalid=true]:border-bad";

export function TextInput({ className, ...rest }: ComponentProps<"input">) {
  return <input className={classNames(box, "min-h-10 text-sm", className)} {...rest} />;
}

/** Several lines; Ctrl or Cmd with Enter sends its form. */
export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      className={classNames(box, "py-2.5 text-[0.9375rem] leading-relaxed", className)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
      }}
      {...rest}
    />
  );
}

/** The system's own select: it is the most accessible one, on a phone above all. */
export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select className={classNames(box, "min-h-10 text-sm", className)} {...rest} />;
}

/** What is wrong with a field, announced as soon as it is there. */
export function FieldProblem({ id, children }: { id: string; children: ReactNode }) {
  return (
    <p id={id} role="alert" className="text-sm font-medium text-bad">
      {children}
    </p>
  );
}
