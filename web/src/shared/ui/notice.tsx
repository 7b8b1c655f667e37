import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { classNames } from "@/shared/lib/class-names";

const looks = {
  info: { box: "border-line bg-sunken", icon: "text-accent", Icon: Info },
  good: { box: "border-good/30 bg-good-soft", icon: "text-good", Icon: CircleCheck },
  warn: { box: "border-warn/30 bg-warn-soft", icon: "text-warn", Icon: TriangleAlert },
  bad: { box: "border-bad/30 bg-bad-soft", icon: "text-bad", Icon: CircleAlert },
} as const;

interface NoticeProps {
  tone: keyof typeof looks;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
  /** `alert` interrupts a screen reader, `status` waits. */
  role?: "alert" | "status";
}

export function Notice({ tone, title, children, actions, className, role }: NoticeProps) {
  const { box, icon, Icon } = looks[tone];
  return (
    <div role={role} className={classNames("flex gap-3 rounded-xl border p-4 text-sm", box, className)}>
      <Icon className={classNames("mt-0.5 size-5 shrink-0", icon)} aria-hidden />
      <div className="min-w-0 flex-1 space-y-2">
        <p className="font-semibold">{title}</p>
        {children}
        {actions ? <div className="flex flex-wrap gap-2 pt-1">{actions}</div> : null}
      </div>
    </div>
  );
}
