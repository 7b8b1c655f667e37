import { useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { linkToFile } from "@/features/run/repository/file-tree";
import { SettleConflict, settling } from "@/features/run/repository/settle-conflict";
import { asProblem } from "@/shared/api/problem";
import { useEditFile } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { EditConflict } from "@/shared/api/types";
import { edits } from "@/shared/strings-edits";
import { Notice } from "@/shared/ui/notice";

/** Edits that could not be brought together with what is generated, each to be settled by either side. */
export function EditConflicts({ address, conflicts }: { address: RunAddress; conflicts: readonly EditConflict[] }) {
  const [search] = useSearchParams();
  const settle = useEditFile(address);
  const [settled, setSettled] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const pending = settle.isPending ? settle.variables : null;
  return (
    // The buttons go with what they settled: the focus stays where the rest is.
    <div ref={box} tabIndex={-1} className={settled === null && !settle.error && conflicts.length === 0 ? "sr-only" : "outline-none"}>
      {/* Always there, so that a screen reader notices what comes into it. */}
      <div role="status" className={settled !== null && (settle.error || conflicts.length > 0) ? "mb-3" : undefined}>
        {settled === null ? null : (
          <Notice tone="good" title={edits.settledTitle(settled)}>
            <p>{edits.settled}</p>
          </Notice>
        )}
      </div>
      {settle.error ? (
        <Notice tone="bad" role="alert" title={edits.notSettled} {...(conflicts.length > 0 ? { className: "mb-3" } : {})}>
          <p>{asProblem(settle.error).message}</p>
        </Notice>
      ) : null}
      {conflicts.length === 0 ? null : (
        <Notice tone="warn" title={edits.conflictsTitle(conflicts.length)}>
          <ul className="space-y-4">
            {conflicts.map((conflict) => (
              <li key={conflict.path} className="space-y-1">
                <Link to={linkToFile(search, conflict.path)} preventScrollReset className="font-mono font-medium break-all text-accent underline">
                  {conflict.path}
                </Link>
                <SettleConflict
                  address={address}
                  conflict={conflict}
                  pending={pending?.path === conflict.path ? (pending.take ?? null) : null}
                  disabled={settle.isPending}
                  onSettle={(one, side) => {
                    setSettled(null);
                    settle.mutate(settling(one, side), {
                      onSuccess: () => {
                        setSettled(one.path);
                        box.current?.focus({ preventScroll: true });
                      },
                    });
                  }}
                />
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
