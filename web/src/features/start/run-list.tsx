import { Link } from "react-router";

import type { Run } from "@/shared/api/types";
import { time } from "@/shared/lib/format";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Card } from "@/shared/ui/card";
import { StatusBadge } from "@/shared/ui/status-badge";

type Listed = Pick<Run, "id" | "project_id" | "title" | "version" | "created_at" | "status">;

/** Runs as links; `projectName` where more than one project's runs are listed. */
export function RunList({ runs, projectName }: { runs: readonly Listed[]; projectName?: (projectId: string) => string | undefined }) {
  return (
    <Card>
      <ul className="divide-y divide-line">
        {runs.map((run) => (
          <li key={run.id}>
            <Link to={paths.run(run.project_id, run.id)} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-sunken">
              <span className="min-w-0 flex-1 basis-64">
                <span className="line-clamp-1 font-medium">{run.title}</span>
                <span className="block text-xs text-ink-soft">{[projectName?.(run.project_id), strings.start.version(run.version), time(run.created_at)].filter(Boolean).join(" · ")}</span>
              </span>
              <StatusBadge status={run.status} />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
