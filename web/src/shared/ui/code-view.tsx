import { Suspense, lazy } from "react";

const HighlightedCode = lazy(async () => ({ default: (await import("@/shared/ui/highlighted-code")).HighlightedCode }));

/** A file's text with line numbers. */
export function CodeView({ code, path }: { code: string; path: string }) {
  const lines = code.split("\n").length - (code.endsWith("\n") ? 1 : 0);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="flex max-h-[70vh] overflow-auto rounded-lg border border-line bg-sunken/50 font-mono text-[0.8125rem] leading-6" tabIndex={0} role="region" aria-label={path}>
      <pre aria-hidden className="sticky left-0 border-e border-line bg-sunken px-3 py-3 text-end text-ink-soft select-none">
        {Array.from({ length: Math.max(1, lines) }, (_, line) => line + 1).join("\n")}
      </pre>
      <pre className="px-4 py-3">
        <Suspense fallback={<code>{code}</code>}>
          <HighlightedCode code={code} path={path} />
        </Suspense>
      </pre>
    </div>
  );
}
