import type { Run } from "@/shared/api/types";

interface Sought {
  readonly runs: readonly Run[];
  readonly nameOf: (projectId: string) => string | undefined;
  readonly sought: string;
  /** The project that stands first. */
  readonly first: string;
}

interface ProjectRuns {
  readonly projectId: string;
  readonly name: string;
  readonly runs: readonly Run[];
}

/** The runs that match every word, by project: the open one first, then by their newest run. */
export function matchingRuns({ runs, nameOf, sought, first }: Sought): ProjectRuns[] {
  const words = sought.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const seen = new Map<string, Run>(runs.map((run) => [run.id, run]));
  const byProject = new Map<string, Run[]>();
  for (const run of [...seen.values()].toSorted((a, b) => b.created_at.localeCompare(a.created_at))) {
    const text = `${nameOf(run.project_id) ?? ""} ${run.title} v${run.version} ${run.status.replaceAll("_", " ")}`.toLocaleLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    byProject.set(run.project_id, [...(byProject.get(run.project_id) ?? []), run]);
  }
  return [...byProject]
    .map(([projectId, found]) => ({ projectId, name: nameOf(projectId) ?? "…", runs: found }))
    .toSorted((a, b) => Number(b.projectId === first) - Number(a.projectId === first));
}
