import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import { time } from "@/shared/lib/format";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Card } from "@/shared/ui/card";
import { Skeleton } from "@/shared/ui/skeleton";
import { StatusBadge } from "@/shared/ui/status-badge";

/** Decision sets are listed per project; this many of the newest projects are looked into. */
const PROJECTS = 6;
const PER_PROJECT = 8;
const SHOWN = 8;

export function RecentRuns() {
  const projects = useQuery(queries.projects());
  const newest = (projects.data?.projects ?? []).slice(0, PROJECTS);
  const lists = useQueries({ queries: newest.map(({ id }) => queries.decisionSets(id, PER_PROJECT)) });
  const names = new Map(newest.map(({ id, name }) => [id, name]));
  const runs = lists
    .flatMap(({ data }) => data?.decision_sets ?? [])
    .toSorted((a, b) => b.created_at.localeCompare(a.created_at))
    .slice(0, SHOWN);
  const loading = projects.isPending || lists.some(({ isPending }) => isPending);

  return (
    <section aria-labelledby="recent" className="space-y-4">
      <h2 id="recent" className="text-lg font-semibold">
        {strings.start.recent}
      </h2>
      {projects.error ? (
        <p className="text-sm text-ink-soft">{asProblem(projects.error).message}</p>
      ) : runs.length > 0 ? (
        <Card>
          <ul className="divide-y divide-line">
            {runs.map((run) => (
              <li key={run.id}>
                <Link to={paths.run(run.project_id, run.id)} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-sunken">
                  <span className="min-w-0 flex-1 basis-64">
                    <span className="line-clamp-1 font-medium">{run.title}</span>
                    <span className="block text-xs text-ink-soft">
                      {names.get(run.project_id)} · {strings.start.version(run.version)} · {time(run.created_at)}
                    </span>
                  </span>
                  <StatusBadge status={run.status} />
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      ) : loading ? (
        <Skeleton />
      ) : (
        <p className="text-sm text-ink-soft">{strings.start.recentEmpty}</p>
      )}
    </section>
  );
}
