import { useQuery } from "@tanstack/react-query";
import { File, Folder as FolderIcon } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { fileAt, isMarkdown, linkToFile, matching, treeOf } from "@/features/run/repository/file-tree";
import type { Folder } from "@/features/run/repository/file-tree";
import { reasonsOf } from "@/features/run/repository/line-reasons";
import { NotYet } from "@/features/run/not-yet";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet, ImplementationReview } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { bytes } from "@/shared/lib/format";
import { useMedia } from "@/shared/lib/use-media";
import { strings } from "@/shared/strings";
import { CodeView } from "@/shared/ui/code-view";
import { CopyButton } from "@/shared/ui/copy-button";
import { TextInput } from "@/shared/ui/field";
import { Markdown } from "@/shared/ui/markdown";
import type { ResolveLink } from "@/shared/ui/markdown-view";
import { Notice } from "@/shared/ui/notice";
import { PatternNames } from "@/shared/ui/prose";
import { Skeleton } from "@/shared/ui/skeleton";

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Artifacts of the repository lie under this. */
const ROOT = "repository/";

export function RepositoryTab({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  const [search] = useSearchParams();
  const wide = useMedia("(min-width: 48rem)");
  const exists = decisionSet.manifest !== null && decisionSet.manifest !== undefined;
  const artifacts = useQuery({ ...queries.artifacts(address), enabled: exists });
  const files = useMemo(() => (artifacts.data?.artifacts ?? []).filter(({ path }) => path.startsWith(ROOT)), [artifacts.data]);
  const [sought, setSought] = useState("");
  const found = useMemo(() => matching(files.map(({ path }) => path.slice(ROOT.length)), sought), [files, sought]);
  const tree = useMemo(() => treeOf(found), [found]);

  const wanted = search.get("file");
  const readme = files.find(({ path }) => path.toLowerCase() === `${ROOT}readme.md`) ?? files[0];
  const shown = files.find(({ path }) => path === ROOT + wanted) ?? (wanted === null ? readme : undefined);
  const from = shown?.path.slice(ROOT.length) ?? "";
  const resolve = useCallback(
    (href: string) => {
      const target = fileAt(from, href);
      return files.some(({ path }) => path === ROOT + target) ? linkToFile(search, target) : null;
    },
    [files, from, search],
  );

  if (!exists) return <NotYet />;
  if (artifacts.error) return <Notice tone="bad" title={asProblem(artifacts.error).message} />;
  if (artifacts.isPending) return <Skeleton lines={6} />;
  if (files.length === 0) return <NotYet />;

  const known = [...(decisionSet.manifest?.files ?? []), ...(decisionSet.reports?.files ?? [])];
  const purpose = known.find(({ path }) => ROOT + path === shown?.path)?.purpose;
  return (
    <div className="grid gap-5 md:grid-cols-[15rem_minmax(0,1fr)]">
      {/* Another file is another element: on a phone the list closes when a file is chosen. */}
      <details key={wide ? "wide" : (shown?.path ?? "")} open={wide} className="min-w-0 max-md:rounded-lg max-md:border max-md:border-line">
        <summary className="px-3 py-2 text-sm font-medium md:hidden">
          {strings.result.backToFiles} ({files.length})
        </summary>
        <nav aria-label={strings.result.files} className="text-sm max-md:border-t max-md:border-line max-md:p-2 md:max-h-[75vh] md:overflow-y-auto">
          <TextInput type="search" aria-label={strings.result.searchFiles} placeholder={strings.result.searchFiles} value={sought} onChange={(event) => setSought(event.target.value)} className="mb-2 min-h-9" />
          <p role="status" className={sought === "" ? "sr-only" : "px-1.5 pb-1 text-xs text-ink-soft"}>
            {sought === "" ? "" : strings.result.filesFound(found.length)}
          </p>
          {/* Another search is another tree, with its folders open. */}
          <Tree key={sought} folder={tree} search={search} current={shown?.path.slice(ROOT.length) ?? null} top all={sought !== ""} />
        </nav>
      </details>
      <div className="min-w-0">
        {shown ? (
          <FileView review={decisionSet.implementation ?? null} address={address} path={shown.path} size={shown.size_bytes} purpose={purpose ?? null} search={search} resolve={resolve} />
        ) : (
          <p className="text-sm text-ink-soft">{strings.result.chooseFile}</p>
        )}
      </div>
    </div>
  );
}


function Tree({ folder, search, current, top = false, all = false }: { folder: Folder; search: URLSearchParams; current: string | null; top?: boolean; all?: boolean }) {
  return (
    <ul className={classNames(!top && "ms-2.5 border-s border-line ps-1.5")}>
      {folder.folders.map((child) => (
        <li key={child.path}>
          <details open={all || top || child.folders.length + child.files.length <= 12 || current?.startsWith(`${child.path}/`)}>
            <summary className="flex items-center gap-1.5 rounded px-1.5 py-1 hover:bg-sunken">
              <FolderIcon className="size-4 shrink-0 text-ink-soft" aria-hidden />
              {child.name}
            </summary>
            <Tree folder={child} search={search} current={current} all={all} />
          </details>
        </li>
      ))}
      {folder.files.map(({ name, path }) => (
        <li key={path}>
          <Link
            to={linkToFile(search, path)}
            preventScrollReset
            aria-current={path === current ? "true" : undefined}
            className={classNames("flex items-center gap-1.5 rounded px-1.5 py-1 hover:bg-sunken", path === current && "bg-accent-soft font-medium text-accent")}
          >
            <File className="size-4 shrink-0 text-ink-soft" aria-hidden />
            <span className="min-w-0">{name}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

interface FileViewProps {
  review: ImplementationReview | null;
  address: RunAddress;
  path: string;
  size: number;
  purpose: string | null;
  search: URLSearchParams;
  resolve: ResolveLink;
}

function FileView({ review, address, path, size, purpose, search, resolve }: FileViewProps) {
  const content = useQuery(queries.content(address, path));
  const name = path.slice(ROOT.length);
  const rendered = isMarkdown(name) && search.get("view") !== "source";
  const reasons = reasonsOf(review, name);
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-mono text-sm font-semibold">{name}</h3>
        <span className="flex items-center gap-2 text-xs text-ink-soft">
          {isMarkdown(name) ? <ViewSwitch search={search} name={name} rendered={rendered} /> : null}
          {bytes(size)}
          {content.data === undefined ? null : <CopyButton text={content.data} />}
        </span>
      </div>
      {purpose ? <p className="text-sm text-ink-soft">{purpose}</p> : null}
      {reasons.length > 0 ? (
        <details className="text-sm">
          <summary className="cursor-pointer text-accent">{strings.result.whyLines(reasons.length)}</summary>
          <ul className="mt-1 space-y-1">
            {reasons.map(({ line, says, because }) => (
              <li key={`${line} ${says} ${because}`}>
                <Link to={linkToFile(search, name, line)} replace preventScrollReset className="font-medium text-accent underline">
                  {strings.result.line(line)}
                </Link>
                : {says}
                {because ? <span className="text-ink-soft"> ({because})</span> : null}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {content.error ? (
        <Notice tone="warn" title={asProblem(content.error).message} />
      ) : content.data === undefined ? (
        <Skeleton lines={8} />
      ) : rendered ? (
        <section aria-label={name} className="rounded-lg border border-line p-3 sm:p-5">
          {/* A file is shown as it is: ids stay ids. */}
          <PatternNames value={NO_NAMES}>
            <Markdown text={content.data} className="max-w-3xl" resolve={resolve} />
          </PatternNames>
        </section>
      ) : (
        <CodeView key={name} code={content.data} path={name} line={Number(search.get("line")) || undefined} />
      )}
    </div>
  );
}

function switchLook(active: boolean): string {
  return classNames("rounded-md px-2 py-1 font-medium hover:text-ink", active && "bg-surface text-ink shadow-card");
}

/** Rendered or as it is written; part of the address like everything of a view. */
function ViewSwitch({ search, name, rendered }: { search: URLSearchParams; name: string; rendered: boolean }) {
  const to = (view: string | null) => {
    const next = new URLSearchParams(search);
    next.set("file", name);
    next.set("tab", "repository");
    if (view === null) next.delete("view");
    else next.set("view", view);
    return `?${next}`;
  };
  return (
    <span role="group" aria-label={strings.result.view} className="inline-flex rounded-lg bg-sunken p-0.5">
      <Link to={to(null)} replace preventScrollReset aria-current={rendered ? "true" : undefined} className={switchLook(rendered)}>
        {strings.result.rendered}
      </Link>
      <Link to={to("source")} replace preventScrollReset aria-current={rendered ? undefined : "true"} className={switchLook(!rendered)}>
        {strings.result.sourceText}
      </Link>
    </span>
  );
}
