import { useQueries, useQuery } from "@tanstack/react-query";

import { queries } from "@/shared/api/queries";
import type { Run } from "@/shared/api/types";

interface RecentRuns {
  /** The newest first. */
  readonly runs: readonly Run[];
  readonly nameOf: (projectId: string) => string | undefined;
  readonly loading: boolean;
  readonly error: Error | null;
}

/** Runs are listed per project: looks into the newest projects. */
export function useRecentRuns(projects: number, perProject: number): RecentRuns {
  const list = useQuery(queries.projects());
  const newest = (list.data?.projects ?? []).slice(0, projects);
  const lists = useQueries({ queries: newest.map(({ id }) => queries.decisionSets(id, perProject)) });
  const names = new Map(newest.map(({ id, name }) => [id, name]));
  return {
    runs: lists.flatMap(({ data }) => data?.decision_sets ?? []).toSorted((a, b) => b.created_at.localeCompare(a.created_at)),
    nameOf: (projectId) => names.get(projectId),
    loading: list.isPending || lists.some(({ isPending }) => isPending),
    error: list.error,
  };
}
