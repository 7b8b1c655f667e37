import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyPageProps {
  Icon: LucideIcon;
  title: string;
  text: string;
  /** What the server said, for whoever asks for help. */
  detail?: string | null;
  actions: ReactNode;
  /** `alert` where something went wrong, so that a screen reader says it. */
  role?: "alert";
}

/** A page with nothing on it but why, and the way on. */
export function EmptyPage({ Icon, title, text, detail, actions, role }: EmptyPageProps) {
  return (
    <div role={role} className="mx-auto flex max-w-lg flex-col items-center px-4 py-20 text-center">
      <span className="mb-5 rounded-full bg-sunken p-4 text-ink-soft">
        <Icon className="size-7" aria-hidden />
      </span>
      <h1 className="text-2xl font-semibold text-balance">{title}</h1>
      <p className="mt-2 text-ink-soft">{text}</p>
      {detail ? <p className="mt-4 w-full rounded-lg border border-line bg-surface px-4 py-2.5 text-sm text-ink-soft">{detail}</p> : null}
      <div className="mt-6 flex flex-wrap justify-center gap-2">{actions}</div>
    </div>
  );
}
