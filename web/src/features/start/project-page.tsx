import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { ProjectModels } from "@/features/start/project-models";
import { RequirementForm } from "@/features/start/requirement-form";
import { RunList } from "@/features/start/run-list";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import { strings } from "@/shared/strings";
import { ProblemPage } from "@/shared/ui/problem-page";
import { Skeleton } from "@/shared/ui/skeleton";

/** Versions that are listed; the newest come first. */
const SHOWN = 50;

/** A project: its versions, and a form for the next one. */
export default function ProjectPage() {
  const { projectId = "" } = useParams();
  const project = useQuery(queries.project(projectId));
  const runs = useQuery({ ...queries.decisionSets(projectId, SHOWN), enabled: project.data !== undefined });

  if (project.error && !project.data) return <ProblemPage problem={asProblem(project.error)} missing={strings.project.notFound} onRetry={() => void project.refetch()} />;
  if (!project.data) {
    return (
      <div className="mx-auto max-w-6xl px-4 py-8">
        <Skeleton lines={6} />
      </div>
    );
  }
  const listed = runs.data?.decision_sets;
  return (
    <div className="mx-auto max-w-6xl space-y-10 px-4 py-8">
      <title>{`${project.data.name} · ${strings.app.name}`}</title>
      <div className="space-y-1">
        <p className="text-sm text-ink-soft">{strings.start.project}</p>
        <h1 className="text-2xl font-semibold tracking-tight text-balance">{project.data.name}</h1>
        {project.data.description ? <p className="text-ink-soft">{project.data.description}</p> : null}
      </div>
      <section aria-labelledby="versions" className="space-y-4">
        <h2 id="versions" className="text-lg font-semibold">
          {strings.project.versions}
        </h2>
        {runs.error ? (
          <p className="text-sm text-ink-soft">{asProblem(runs.error).message}</p>
        ) : listed === undefined ? (
          <Skeleton />
        ) : listed.length > 0 ? (
          <RunList runs={listed} />
        ) : (
          <p className="text-sm text-ink-soft">{strings.project.empty}</p>
        )}
      </section>
      <section aria-labelledby="next" className="space-y-4">
        <h2 id="next" className="text-lg font-semibold">
          {strings.project.next}
        </h2>
        <RequirementForm key={projectId} keptAs={`project/${projectId}`} initial="" focused={false} projectId={projectId} />
      </section>
      <section aria-labelledby="models" className="space-y-4">
        <h2 id="models" className="text-lg font-semibold">
          {strings.models.title}
        </h2>
        <ProjectModels key={projectId} projectId={projectId} />
      </section>
    </div>
  );
}
