import { useSearchParams } from "react-router";

import { EXAMPLES } from "@/features/start/examples";
import { ExampleGallery } from "@/features/start/example-gallery";
import { ProjectList } from "@/features/start/project-list";
import { RecentRuns } from "@/features/start/recent-runs";
import { SHELL } from "@/features/start/start-shell";
import { RequirementForm } from "@/features/start/requirement-form";
import { strings } from "@/shared/strings";

/** What this is, in one screen, with a requirement box that works at once. */
export default function StartPage() {
  const [search, setSearch] = useSearchParams();
  const example = EXAMPLES.find(({ id }) => id === search.get("example"));
  const projectId = search.get("project");
  return (
    <div className={SHELL.page}>
      <title>{strings.app.name}</title>
      <div className="space-y-6">
        <div className={SHELL.hero}>
          <h1 className={SHELL.title}>{strings.start.title}</h1>
          <p className={SHELL.lead}>{strings.start.lead}</p>
        </div>
        {/* Another example is another form: its text replaces what was there. */}
        <RequirementForm key={example?.id ?? ""} keptAs={`start/${example?.id ?? ""}`} initial={example?.requirement ?? ""} focused={example !== undefined} projectId={projectId} />
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
