import { lazy, Suspense, useState } from "react";

import type { RunAddress } from "@/shared/api/queries";
import type { EditConflict, NewEdit } from "@/shared/api/types";
import { edits } from "@/shared/strings-edits";
import { Button } from "@/shared/ui/button";
import { Confirm } from "@/shared/ui/dialog";
import { Skeleton } from "@/shared/ui/skeleton";

const EditDifference = lazy(async () => ({ default: (await import("@/features/run/repository/edit-difference")).EditDifference }));

export type Side = NonNullable<NewEdit["take"]>;

interface SettleConflictProps {
  address: RunAddress;
  conflict: EditConflict;
  /** The side that is being stored. */
  pending: Side | null;
  /** Another one is being settled. */
  disabled: boolean;
  onSettle: (conflict: EditConflict, side: Side) => void;
}

/** One contradiction: why, what differs, and the two ways to settle it. */
export function SettleConflict({ address, conflict, pending, disabled, onSettle }: SettleConflictProps) {
  const { path, kind, by } = conflict;
  const { why, side, now, generated, loss } = edits.conflicts[kind](by.name);
  const [looks, setLooks] = useState(false);
  const both = Boolean(conflict.yours) && Boolean(conflict.generated);
  const button = (
    <Button size="small" busy={pending === "generated"} disabled={disabled} aria-label={edits.settleFor(generated, path)} onClick={loss === null ? () => onSettle(conflict, "generated") : undefined}>
      {generated}
    </Button>
  );
  return (
    <div className="space-y-2">
      <p>
        {why} {side}
      </p>
      <details onToggle={(event) => setLooks(event.currentTarget.open)}>
        <summary className="cursor-pointer text-accent">{both ? edits.differs : conflict.generated ? edits.generatedText : edits.textOf(path)}</summary>
        {looks ? (
          <div className="mt-2">
            <Suspense fallback={<Skeleton lines={4} />}>
              <EditDifference address={address} conflict={conflict} />
            </Suspense>
          </div>
        ) : null}
      </details>
      <div className="flex flex-wrap gap-2">
        <Button size="small" tone="primary" busy={pending === "now"} disabled={disabled} aria-label={edits.settleFor(now, path)} onClick={() => onSettle(conflict, "now")}>
          {now}
        </Button>
        {loss === null ? button : <Confirm trigger={button} title={`${generated}: ${path}`} text={loss} confirm={generated} onConfirm={() => onSettle(conflict, "generated")} />}
      </div>
      {both ? <p className="text-ink-soft">{edits.settleByEditing}</p> : null}
    </div>
  );
}

/** The request that settles a conflict. Whoever sees another text than is there is told so. */
export function settling({ path, yours }: EditConflict, take: Side): NewEdit {
  return { path, take, deleted: false, ...(yours ? { replaces: yours.sha256 } : {}) };
}
