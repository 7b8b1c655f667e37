import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { fileAt, linkToFile } from "@/features/run/repository/file-tree";
import { NotYet } from "@/features/run/not-yet";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import type { Heading } from "@/shared/lib/headings";
import { useWidth } from "@/shared/lib/use-width";
import { strings } from "@/shared/strings";
import { Markdown } from "@/shared/ui/markdown";
import { Notice } from "@/shared/ui/notice";
import { Skeleton } from "@/shared/ui/skeleton";

/** From this width on the contents stand beside the text; as the classes say it. */
const TWO_COLUMNS = 56 * 16;

export function ReportTab({ address, decisionSet: { manifest, reports, result } }: { address: RunAddress; decisionSet: DecisionSet }) {
  // The report can be read once the version is stored.
  return reports && result ? <Report address={address} file={reports.main} known={new Set([...(manifest?.files ?? []), ...reports.files].map(({ path }) => path))} /> : <NotYet />;
}

function Report({ address, file, known }: { address: RunAddress; file: string; known: ReadonlySet<string> }) {
  const [search] = useSearchParams();
  const [box, width] = useWidth();
  const [headings, setHeadings] = useState<readonly Heading[]>([]);
  const content = useQuery(queries.content(address, `repository/${file}`));
  const resolve = (href: string) => {
    const target = fileAt(file, href);
    return known.has(target) ? linkToFile(search, target) : null;
  };
  if (content.error) return <Notice tone="bad" title={asProblem(content.error).message} />;
  if (content.data === undefined) return <Skeleton lines={10} />;
  return (
    <div ref={box} className="gap-6 @4xl:grid @4xl:grid-cols-[minmax(0,1fr)_13rem]">
      <Contents headings={headings} wide={width >= TWO_COLUMNS} />
      <Markdown text={content.data} className="max-w-3xl min-w-0 @4xl:col-start-1 @4xl:row-start-1" resolve={resolve} onHeadings={setHeadings} />
    </div>
  );
}

/** What the report holds; beside it where there is room, folded above it where there is not. */
function Contents({ headings, wide }: { headings: readonly Heading[]; wide: boolean }) {
  const listed = headings.filter(({ level }) => level > 1);
  if (listed.length < 3) return null;
  return (
    <nav aria-label={strings.result.contents} className="mb-5 self-start rounded-lg border border-line p-3 text-sm @4xl:sticky @4xl:top-4 @4xl:col-start-2 @4xl:row-start-1 @4xl:mb-0 @4xl:max-h-[80vh] @4xl:overflow-y-auto @4xl:border-0 @4xl:p-0">
      <details open={wide}>
        <summary className="font-semibold @4xl:pointer-events-none @4xl:list-none" tabIndex={wide ? -1 : 0}>
          {strings.result.contents}
        </summary>
        <ul className="mt-2 space-y-1">
          {listed.map(({ id, level, text }) => (
            <li key={id} className={classNames(level > 2 && "ms-3")}>
              <a
                href={`#${id}`}
                className="block text-ink-soft hover:text-accent"
                onClick={(event) => {
                  // The address is the view's; a place in a text is only looked at.
                  event.preventDefault();
                  document.getElementById(id)?.scrollIntoView();
                }}
              >
                {text}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </nav>
  );
}
