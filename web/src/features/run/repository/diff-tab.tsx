import { useQuery } from "@tanstack/react-query";

import { NotYet } from "@/features/run/not-yet";
import { Lines } from "@/features/run/lines";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet, FileDiff, VersionDiff } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
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
      {diff.files.length === 0 ? <p className="text-sm text-ink-soft">{of.noChanges}</p> : null}
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
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="max-h-[60vh] overflow-auto font-mono text-[0.8125rem] leading-5" tabIndex={0} role="region" aria-label={file.path}>
        {file.unified.split("\n").map((line, place) => (
          // Lines repeat, and a diff never changes.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={place} className={classNames("block min-w-max px-3", lineLook(line))}>
            {line === "" ? " " : line}
          </span>
        ))}
      </pre>
    </details>
  );
}

function lineLook(line: string): string {
  if (line.startsWith("+++") || line.startsWith("---")) return "text-ink-soft";
  if (line.startsWith("+")) return "bg-good-soft text-good";
  if (line.startsWith("-")) return "bg-bad-soft text-bad";
  if (line.startsWith("@@")) return "bg-accent-soft text-accent";
  return "";
}
