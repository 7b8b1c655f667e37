import { Link } from "react-router";

import type { Run } from "@/shared/api/types";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Card } from "@/shared/ui/card";
import { StatusBadge } from "@/shared/ui/status-badge";
import { Time } from "@/shared/ui/time";

type Listed = Pick<Run, "id" | "project_id" | "title" | "version" | "created_at" | "status">;

/** Runs as links; `projectName` where more than one project's runs are listed. */
export function RunList({ runs, projectName }: { runs: readonly Listed[]; projectName?: (projectId: string) => string | undefined }) {
  return (
    <Card>
      <ul className="divide-y divide-line">
        {runs.map((run) => (
          <li key={run.id}>
            <Link to={paths.run(run.project_id, run.id)} className="flex items-center gap-x-4 px-4 py-3 hover:bg-sunken">
              <span className="min-w-0 flex-1">
                <span className="line-clamp-2 font-medium sm:line-clamp-1">{run.title}</span>
                <span className="block text-xs text-ink-soft">
                  {[projectName?.(run.project_id), strings.start.version(run.version)].filter(Boolean).join(" · ")} · <Time at={run.created_at} />
                </span>
              </span>
              <StatusBadge status={run.status} />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
