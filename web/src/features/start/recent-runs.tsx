import { useQueries, useQuery } from "@tanstack/react-query";

import { RunList } from "@/features/start/run-list";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import { strings } from "@/shared/strings";
import { Skeleton } from "@/shared/ui/skeleton";

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
        <RunList runs={runs} projectName={(id) => names.get(id)} />
      ) : loading ? (
        <Skeleton />
      ) : (
        <p className="text-sm text-ink-soft">{strings.start.recentEmpty}</p>
      )}
    </section>
  );
}
