import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { fileAt, linkToFile } from "@/features/run/file-tree";
import { NotYet } from "@/features/run/not-yet";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { Markdown } from "@/shared/ui/markdown";
import { Notice } from "@/shared/ui/notice";
import { Skeleton } from "@/shared/ui/skeleton";

export function ReportTab({ address, decisionSet: { manifest, reports, result } }: { address: RunAddress; decisionSet: DecisionSet }) {
  // The report can be read once the version is stored.
  return reports && result ? <Report address={address} file={reports.main} known={new Set([...(manifest?.files ?? []), ...reports.files].map(({ path }) => path))} /> : <NotYet />;
}

function Report({ address, file, known }: { address: RunAddress; file: string; known: ReadonlySet<string> }) {
  const [search] = useSearchParams();
  const content = useQuery(queries.content(address, `repository/${file}`));
  const resolve = (href: string) => {
    const target = fileAt(file, href);
    return known.has(target) ? linkToFile(search, target) : null;
  };
  if (content.error) return <Notice tone="bad" title={asProblem(content.error).message} />;
  if (content.data === undefined) return <Skeleton lines={10} />;
  return <Markdown text={content.data} className="max-w-3xl" resolve={resolve} />;
}
