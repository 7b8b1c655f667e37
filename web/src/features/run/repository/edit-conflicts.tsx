import { Link, useSearchParams } from "react-router";

import { linkToFile } from "@/features/run/repository/file-tree";
import type { EditConflict } from "@/shared/api/types";
import { edits } from "@/shared/strings-edits";
import { Notice } from "@/shared/ui/notice";

/** Edits that could not be brought together with what is generated, and how each is settled. */
export function EditConflicts({ conflicts }: { conflicts: readonly EditConflict[] }) {
  const [search] = useSearchParams();
  if (conflicts.length === 0) return null;
  return (
    <Notice tone="warn" title={edits.conflictsTitle(conflicts.length)}>
      <ul className="space-y-3">
        {conflicts.map(({ path, kind, by, yours }) => {
          const { why, side, settle } = edits.conflicts[kind](by.name);
          return (
            <li key={path}>
              {yours ? (
                <Link to={linkToFile(search, path)} preventScrollReset className="font-mono font-medium break-all text-accent underline">
                  {path}
                </Link>
              ) : (
                <span className="font-mono font-medium break-all">{path}</span>
              )}
              <p>
                {why} {side}
              </p>
              <p>
                <span className="font-medium">{edits.settle}</span> {settle}
              </p>
            </li>
          );
        })}
      </ul>
    </Notice>
  );
}
