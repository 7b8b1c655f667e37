import { useMemo } from "react";
import { Link } from "react-router";

import { linesOf, rowsOf } from "@/features/run/repository/patch-rows";
import type { LineKind, PatchLine } from "@/features/run/repository/patch-rows";
import { useLinks } from "@/features/run/use-links";
import { classNames } from "@/shared/lib/class-names";
import { useWidth } from "@/shared/lib/use-width";
import { edits } from "@/shared/strings-edits";

/** Below this width two columns of code are too narrow to read. */
const SPLIT_WIDTH = 640;

const LOOKS: Readonly<Record<LineKind, string>> = {
  context: "",
  added: "bg-good-soft text-good",
  removed: "bg-bad-soft text-bad",
  hunk: "bg-accent-soft text-accent",
  note: "text-ink-soft italic",
};

/** What a screen reader is told of a line, whose colour it does not see. */
const SIGNS: Readonly<Record<LineKind, string>> = { context: " ", added: "+", removed: "−", hunk: " ", note: " " };

/** Whether differences stand side by side; part of the address. */
export function PatchSwitch() {
  const { value, link } = useLinks();
  const split = value("sides") === "two";
  const of = edits.patch;
  return (
    <span role="group" aria-label={of.view} className="inline-flex rounded-lg bg-sunken p-0.5 text-xs @max-2xl:hidden">
      {([false, true] as const).map((two) => (
        <Link
          key={of.views[two ? 1 : 0]}
          to={link({ sides: two ? "two" : null })}
          replace
          preventScrollReset
          aria-current={two === split ? "true" : undefined}
          className={classNames("rounded-md px-2 py-1 font-medium text-ink-soft hover:text-ink", two === split && "bg-surface text-ink shadow-card")}
        >
          {of.views[two ? 1 : 0]}
        </Link>
      ))}
    </span>
  );
}

/** A unified diff, in one column or, where there is room and somebody wants it, in two. */
export function Patch({ unified, label }: { unified: string; label: string }) {
  const { value } = useLinks();
  const [box, width] = useWidth();
  const lines = useMemo(() => linesOf(unified), [unified]);
  const split = value("sides") === "two" && width >= SPLIT_WIDTH;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={box} className="max-h-[60vh] overflow-auto font-mono text-[0.8125rem] leading-5" tabIndex={0} role="region" aria-label={label}>
      {split ? <Split lines={lines} /> : <Unified lines={lines} />}
    </div>
  );
}

function Unified({ lines }: { lines: readonly PatchLine[] }) {
  return (
    <pre className="w-max min-w-full">
      {lines.map((line, place) => (
        // Lines repeat, and a diff never changes.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={place} className={classNames("flex", LOOKS[line.kind])}>
          <Number value={line.before} />
          <Number value={line.after} />
          <span className="px-2">
            {line.kind === "hunk" || line.kind === "note" ? "" : SIGNS[line.kind]} {line.text}
            {"\n"}
          </span>
        </span>
      ))}
    </pre>
  );
}

function Split({ lines }: { lines: readonly PatchLine[] }) {
  const rows = useMemo(() => rowsOf(lines), [lines]);
  return (
    <pre>
      {rows.map(({ left, right }, place) => (
        // As above.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={place} className="grid grid-cols-2">
          {left && left === right && (left.kind === "hunk" || left.kind === "note") ? (
            <span className={classNames("col-span-2 px-2", LOOKS[left.kind])}>{left.text}</span>
          ) : (
            <>
              <Side line={left} number={left?.before ?? null} />
              <Side line={right} number={right?.after ?? null} end />
            </>
          )}
          <span className="sr-only">{"\n"}</span>
        </span>
      ))}
    </pre>
  );
}

function Side({ line, number, end = false }: { line: PatchLine | null; number: number | null; end?: boolean }) {
  return (
    <span className={classNames("flex min-w-0", end && "border-s border-line", line ? LOOKS[line.kind] : "bg-sunken/60")}>
      <Number value={number} />
      <span className="min-w-0 flex-1 px-2 break-all whitespace-pre-wrap">{line ? `${SIGNS[line.kind]} ${line.text}` : ""}</span>
    </span>
  );
}

function Number({ value }: { value: number | null }) {
  return (
    <span aria-hidden className="w-11 shrink-0 border-e border-line/60 px-2 text-end text-ink-soft select-none">
      {value ?? ""}
    </span>
  );
}
