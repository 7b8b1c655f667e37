import { Suspense, lazy, useEffect, useRef } from "react";

const HighlightedCode = lazy(async () => ({ default: (await import("@/shared/ui/highlighted-code")).HighlightedCode }));

/** A file's text with line numbers; one line may be marked, and is scrolled to. */
export function CodeView({ code, path, line }: { code: string; path: string; line?: number | undefined }) {
  const lines = code.split("\n").length - (code.endsWith("\n") ? 1 : 0);
  const marked = line !== undefined && line >= 1 && line <= lines ? line : undefined;
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (marked !== undefined) mark.current?.scrollIntoView({ block: "center" });
  }, [marked]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="relative flex max-h-[70vh] overflow-auto rounded-lg border border-line bg-sunken/50 font-mono text-[0.8125rem] leading-6" tabIndex={0} role="region" aria-label={path}>
      {marked === undefined ? null : (
        // The text's padding is 0.75rem, a line 1.5rem high.
        <div ref={mark} aria-hidden className="pointer-events-none absolute inset-x-0 h-6 border-s-2 border-accent bg-accent/15" style={{ top: `${0.75 + (marked - 1) * 1.5}rem` }} />
      )}
      <pre aria-hidden className="sticky left-0 border-e border-line bg-sunken px-3 py-3 text-end text-ink-soft select-none">
        {Array.from({ length: Math.max(1, lines) }, (_, index) => index + 1).join("\n")}
      </pre>
      <pre className="px-4 py-3">
        <Suspense fallback={<code>{code}</code>}>
          <HighlightedCode code={code} path={path} />
        </Suspense>
      </pre>
    </div>
  );
}
