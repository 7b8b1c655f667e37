import { useSearchParams } from "react-router";

import { EXAMPLES } from "@/features/start/examples";
import { ExampleGallery } from "@/features/start/example-gallery";
import { ProjectList } from "@/features/start/project-list";
import { RecentRuns } from "@/features/start/recent-runs";
import { RequirementForm } from "@/features/start/requirement-form";
import { strings } from "@/shared/strings";

/** What this is, in one screen, with a requirement box that works at once. */
export default function StartPage() {
  const [search, setSearch] = useSearchParams();
  const example = EXAMPLES.find(({ id }) => id === search.get("example"));
  const projectId = search.get("project");
  return (
    <div className="mx-auto max-w-6xl space-y-10 px-4 py-6 sm:py-9">
      <title>{strings.app.name}</title>
      <div className="space-y-6">
        <div className="max-w-4xl space-y-2.5">
          <h1 className="text-3xl font-semibold tracking-tight text-balance sm:text-4xl">{strings.start.title}</h1>
          <p className="text-ink-soft sm:text-lg">{strings.start.lead}</p>
        </div>
        {/* Another example is another form: its text replaces what was there. */}
        <RequirementForm key={example?.id ?? ""} initial={example?.requirement ?? ""} focused={example !== undefined} projectId={projectId} />
      </div>
      <ExampleGallery
        chosen={example?.id ?? null}
        onChoose={(id) => {
          setSearch({ example: id, ...(projectId === null ? {} : { project: projectId }) }, { replace: true, preventScrollReset: true });
          // Choosing the same one again brings its text back into view as well.
          document.getElementById("requirement")?.scrollIntoView({ block: "center" });
        }}
      />
      <RecentRuns />
      <ProjectList />
    </div>
  );
}
