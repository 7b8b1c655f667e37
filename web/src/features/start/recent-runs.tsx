import { RunList } from "@/features/start/run-list";
import { asProblem } from "@/shared/api/problem";
import { useRecentRuns } from "@/shared/api/use-recent-runs";
import { strings } from "@/shared/strings";
import { Skeleton } from "@/shared/ui/skeleton";

const PROJECTS = 6;
const PER_PROJECT = 8;
const SHOWN = 8;

export function RecentRuns() {
  const { runs, nameOf, loading, error } = useRecentRuns(PROJECTS, PER_PROJECT);
  return (
    <section aria-labelledby="recent" className="space-y-4">
      <h2 id="recent" className="text-lg font-semibold">
        {strings.start.recent}
      </h2>
      {error ? (
        <p className="text-sm text-ink-soft">{asProblem(error).message}</p>
      ) : runs.length > 0 ? (
        <RunList runs={runs.slice(0, SHOWN)} projectName={nameOf} />
      ) : loading ? (
        <Skeleton />
      ) : (
        <p className="text-sm text-ink-soft">{strings.start.recentEmpty}</p>
      )}
    </section>
  );
}
