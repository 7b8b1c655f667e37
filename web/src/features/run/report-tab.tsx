import { useQuery } from "@tanstack/react-query";

import { NotYet } from "@/features/run/not-yet";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { Markdown } from "@/shared/ui/markdown";
import { Notice } from "@/shared/ui/notice";
import { Skeleton } from "@/shared/ui/skeleton";

export function ReportTab({ address, decisionSet: { reports, result } }: { address: RunAddress; decisionSet: DecisionSet }) {
  // The report can be read once the version is stored.
  return reports && result ? <Report address={address} path={`repository/${reports.main}`} /> : <NotYet />;
}

function Report({ address, path }: { address: RunAddress; path: string }) {
  const content = useQuery(queries.content(address, path));
  if (content.error) return <Notice tone="bad" title={asProblem(content.error).message} />;
  if (content.data === undefined) return <Skeleton lines={10} />;
  return <Markdown text={content.data} className="max-w-3xl" />;
}
