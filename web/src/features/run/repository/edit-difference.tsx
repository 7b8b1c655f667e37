import { useQuery } from "@tanstack/react-query";
import { createTwoFilesPatch, OMIT_HEADERS } from "diff";

import { Patch, PatchSwitch } from "@/features/run/repository/patch";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { EditConflict } from "@/shared/api/types";
import { edits } from "@/shared/strings-edits";
import { CodeView } from "@/shared/ui/code-view";
import { Notice } from "@/shared/ui/notice";
import { Skeleton } from "@/shared/ui/skeleton";

/** From what is generated to what the person has; where only one side has the file, that side's text. */
export function EditDifference({ address, conflict: { path, yours, generated, by } }: { address: RunAddress; conflict: EditConflict }) {
  const mine = useQuery({ ...queries.editContent(address, path, yours?.sha256 ?? ""), enabled: Boolean(yours) });
  const theirs = useQuery({ ...queries.generatedContent(address, path, generated?.sha256 ?? ""), enabled: Boolean(generated) });
  const error = mine.error ?? theirs.error;
  if (error) return <Notice tone="warn" title={asProblem(error).message} />;
  if ((yours && mine.data === undefined) || (generated && theirs.data === undefined)) return <Skeleton lines={4} />;
  if (mine.data === undefined) return <CodeView code={theirs.data ?? ""} path={path} />;
  if (theirs.data === undefined) return <CodeView code={mine.data} path={path} />;
  if (mine.data === theirs.data) return <p>{edits.sameText}</p>;
  return (
    <div className="space-y-1.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-xs text-ink-soft">{edits.differsHint(by.name)}</p>
        <PatchSwitch />
      </div>
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        <Patch unified={createTwoFilesPatch(path, path, theirs.data, mine.data, "", "", { context: 3, headerOptions: OMIT_HEADERS })} label={edits.differenceOf(path)} />
      </div>
    </div>
  );
}
