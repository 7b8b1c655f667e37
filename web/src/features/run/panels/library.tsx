import { useQuery } from "@tanstack/react-query";
import { memo } from "react";
import { Link } from "react-router";

import { matchingRuns } from "@/features/run/panels/library-search";
import { useLinks } from "@/features/run/use-links";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { RunStatus } from "@/shared/api/types";
import { useRecentRuns } from "@/shared/api/use-recent-runs";
import { classNames } from "@/shared/lib/class-names";
import { briefTime } from "@/shared/lib/format";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { TextInput } from "@/shared/ui/field";
import { Skeleton } from "@/shared/ui/skeleton";
import { StatusBadge } from "@/shared/ui/status-badge";
import { Time } from "@/shared/ui/time";

/** Where runs are searched. */
export const RUN_SEARCH = "run-search";

const PROJECTS = 12;
const PER_PROJECT = 10;
/** The versions of the project that is open: it may be an old one. */
const OWN = 30;

/** Projects and past runs, with search and status; `status` is the open run's. What is sought is in the address. */
export const Library = memo(function Library({ address, status }: { address: RunAddress; status: RunStatus }) {
  const { value, go } = useLinks();
  const { runs, nameOf, loading, error } = useRecentRuns(PROJECTS, PER_PROJECT);
  const project = useQuery(queries.project(address.projectId));
  const own = useQuery(queries.decisionSets(address.projectId, OWN));
  const of = strings.library;
  const sought = value("search") ?? "";
  // The open run's events are newer than any list.
  const known = [...runs, ...(own.data?.decision_sets ?? [])].map((run) => (run.id === address.runId ? { ...run, status } : run));
  const projects = matchingRuns({ runs: known, nameOf: (projectId) => (projectId === address.projectId ? project.data?.name : nameOf(projectId)), sought, first: address.projectId });
  return (
    <div className="space-y-3">
      <TextInput id={RUN_SEARCH} type="search" aria-label={of.search} placeholder={of.search} value={sought} onChange={(event) => go({ search: event.target.value === "" ? null : event.target.value })} className="min-h-9" />
      {error ? <p className="text-sm text-ink-soft">{asProblem(error).message}</p> : null}
      {projects.length === 0 ? loading ? <Skeleton lines={4} /> : <p className="text-sm text-ink-soft">{of.nothing}</p> : null}
      <ul className="space-y-3">
        {projects.map(({ projectId, name, runs: versions }) => (
          <li key={projectId} className="space-y-0.5">
            <Link to={paths.project(projectId)} className="block px-2 text-xs font-semibold text-ink-soft hover:text-accent">
              {name}
            </Link>
            <ul>
              {versions.map((run) => {
                const here = run.id === address.runId;
                return (
                  <li key={run.id}>
                    <Link
                      to={`${paths.run(run.project_id, run.id)}${sought === "" ? "" : `?${new URLSearchParams({ search: sought })}`}`}
                      aria-current={here ? "page" : undefined}
                      className={classNames("block space-y-1 rounded-lg px-2 py-1.5 -outline-offset-2 hover:bg-sunken", here && "bg-accent-soft")}
                    >
                      <span className="line-clamp-2 text-sm font-medium">{run.title}</span>
                      <span className="flex flex-wrap items-center justify-between gap-x-2 gap-y-1 text-xs text-ink-soft">
                        <span>
                          {strings.start.version(run.version)} · <Time at={run.created_at}>{briefTime(run.created_at)}</Time>
                        </span>
                        <StatusBadge status={run.status} />
                      </span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
});
