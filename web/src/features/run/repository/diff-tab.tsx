import { useQuery } from "@tanstack/react-query";

import { NotYet } from "@/features/run/not-yet";
import { Lines } from "@/features/run/lines";
import { Patch, PatchSwitch } from "@/features/run/repository/patch";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet, FileDiff, VersionDiff } from "@/shared/api/types";
import { signedUsd, usd } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import { Markdown } from "@/shared/ui/markdown";
import { Notice } from "@/shared/ui/notice";
import { Skeleton } from "@/shared/ui/skeleton";

export function DiffTab({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  if (!decisionSet.parent) return <p className="text-sm text-ink-soft">{strings.result.noParent}</p>;
  return decisionSet.result ? <Difference address={address} /> : <NotYet />;
}

function Difference({ address }: { address: RunAddress }) {
  const diff = useQuery(queries.diff(address));
  if (diff.error) return <Notice tone="warn" title={asProblem(diff.error).message} />;
  if (diff.data === undefined) return <Skeleton lines={8} />;
  return <Changes diff={diff.data} />;
}

function Changes({ diff }: { diff: VersionDiff }) {
  const of = strings.result;
  // The summary lists most of them already.
  const untold = (line: string) => !diff.summary.includes(line);
  return (
    <div className="space-y-6">
      <Markdown text={diff.summary} className="text-sm" />
      <p className="text-sm">
        {of.costDelta}: {usd(diff.cost.before_usd)} → <strong>{usd(diff.cost.after_usd)}</strong> ({signedUsd(diff.cost.delta_usd)}
        {diff.cost.delta_percent === null || diff.cost.delta_percent === undefined ? "" : `, ${diff.cost.delta_percent > 0 ? "+" : ""}${diff.cost.delta_percent.toFixed(1)} %`})
      </p>
      <Lines title={of.constraints} lines={diff.constraints.filter(untold)} />
      <Lines title={of.components} lines={diff.components.filter(untold)} />
      <Lines title={of.findings} lines={(diff.findings ?? []).map((finding) => finding.text).filter(untold)} />
      {diff.files.length === 0 ? (
        <p className="text-sm text-ink-soft">{of.noChanges}</p>
      ) : (
        <div className="flex min-h-7 flex-wrap items-center justify-between gap-3">
          <h3 className="font-semibold">
            {of.changedFiles} <span className="font-normal text-ink-soft">({diff.files.length})</span>
          </h3>
          <PatchSwitch />
        </div>
      )}
      <ul className="space-y-3">
        {diff.files.map((file) => (
          <li key={file.path}>
            <FileChanges file={file} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function FileChanges({ file }: { file: FileDiff }) {
  return (
    <details className="overflow-hidden rounded-lg border border-line">
      <summary className="flex flex-wrap items-center gap-2 bg-sunken px-3 py-2 text-sm">
        <span className="font-mono font-medium">{file.path}</span>
        <Badge tone={file.change === "added" ? "good" : file.change === "removed" ? "bad" : "neutral"}>{strings.result.fileChange[file.change]}</Badge>
        {file.renamed_from ? <span className="text-xs text-ink-soft">{strings.result.renamedFrom(file.renamed_from, file.similarity ?? 100)}</span> : null}
        <span className="ms-auto text-xs tabular-nums">
          <span className="text-good">+{file.additions}</span> <span className="text-bad">−{file.deletions}</span>
        </span>
      </summary>
      <Patch unified={file.unified} label={file.path} />
    </details>
  );
}
