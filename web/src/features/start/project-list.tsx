import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { Skeleton } from "@/shared/ui/skeleton";
import { Time } from "@/shared/ui/time";

/** All projects, the newest first, read on as far as somebody wants. */
export function ProjectList() {
  const list = useInfiniteQuery(queries.projectPages());
  const projects = list.data?.pages.flatMap((page) => page.projects) ?? [];
  if (!list.error && !list.isPending && projects.length === 0) return null;
  return (
    <section aria-labelledby="projects" className="space-y-4">
      <h2 id="projects" className="text-lg font-semibold">
        {strings.project.all}
      </h2>
      {list.error ? <p className="text-sm text-ink-soft">{asProblem(list.error).message}</p> : null}
      {list.isPending ? <Skeleton /> : null}
      {projects.length > 0 ? (
        <Card>
          <ul className="grid divide-line max-sm:divide-y sm:grid-cols-2 lg:grid-cols-3">
            {projects.map(({ id, name, last_version, created_at }) => (
              <li key={id} className="min-w-0">
                <Link to={paths.project(id)} className="block rounded-lg px-4 py-3 hover:bg-sunken">
                  <span className="line-clamp-1 font-medium">{name}</span>
                  <span className="block text-xs text-ink-soft">
                    {strings.project.versionCount(last_version)} · <Time at={created_at} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      {list.hasNextPage ? (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {strings.common.more}
        </Button>
      ) : null}
    </section>
  );
}
