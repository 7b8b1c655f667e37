import { Suspense, lazy } from "react";

import { classNames } from "@/shared/lib/class-names";
import { Loads } from "@/shared/ui/loads";
import type { MarkdownViewProps } from "@/shared/ui/markdown-view";
import { Skeleton } from "@/shared/ui/skeleton";

const MarkdownView = lazy(async () => ({ default: (await import("@/shared/ui/markdown-view")).MarkdownView }));

/** About as many letters as stand in a line. */
const LINE = 90;

/** Markdown, rendered safely. The renderer comes when the first text needs it. */
export function Markdown({ text, className, ...rest }: MarkdownViewProps & { className?: string }) {
  return (
    <div className={classNames("prose-text", className)}>
      <Loads of={text}>
        <Suspense fallback={<Skeleton lines={Math.min(8, Math.ceil(text.length / LINE))} />}>
          <MarkdownView text={text} {...rest} />
        </Suspense>
      </Loads>
    </div>
  );
}
