import { Suspense, lazy } from "react";

import { classNames } from "@/shared/lib/class-names";
import type { MarkdownViewProps } from "@/shared/ui/markdown-view";

const MarkdownView = lazy(async () => ({ default: (await import("@/shared/ui/markdown-view")).MarkdownView }));

/** Markdown, rendered safely. Until the renderer is there, its source is readable. */
export function Markdown({ text, className, ...rest }: MarkdownViewProps & { className?: string }) {
  return (
    <div className={classNames("prose-text", className)}>
      <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
        <MarkdownView text={text} {...rest} />
      </Suspense>
    </div>
  );
}
