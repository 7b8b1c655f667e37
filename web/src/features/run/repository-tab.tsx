import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, File, Folder as FolderIcon } from "lucide-react";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";

import { treeOf } from "@/features/run/file-tree";
import type { Folder } from "@/features/run/file-tree";
import { NotYet } from "@/features/run/not-yet";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { bytes } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { CodeView } from "@/shared/ui/code-view";
import { CopyButton } from "@/shared/ui/copy-button";
import { Notice } from "@/shared/ui/notice";
import { Skeleton } from "@/shared/ui/skeleton";

/** Artifacts of the repository lie under this. */
const ROOT = "repository/";

export function RepositoryTab({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  const [search] = useSearchParams();
  const exists = decisionSet.manifest !== null && decisionSet.manifest !== undefined;
  const artifacts = useQuery({ ...queries.artifacts(address), enabled: exists });
  const files = useMemo(() => (artifacts.data?.artifacts ?? []).filter(({ path }) => path.startsWith(ROOT)), [artifacts.data]);
  const tree = useMemo(() => treeOf(files.map(({ path }) => path.slice(ROOT.length))), [files]);

  if (!exists) return <NotYet />;
  if (artifacts.error) return <Notice tone="bad" title={asProblem(artifacts.error).message} />;
  if (artifacts.isPending) return <Skeleton lines={6} />;
  if (files.length === 0) return <NotYet />;

  const wanted = search.get("file");
  const readme = files.find(({ path }) => path.toLowerCase() === `${ROOT}readme.md`) ?? files[0];
  const shown = files.find(({ path }) => path === ROOT + wanted) ?? (wanted === null ? readme : undefined);
  const known = [...(decisionSet.manifest?.files ?? []), ...(decisionSet.reports?.files ?? [])];
  const purpose = known.find(({ path }) => ROOT + path === shown?.path)?.purpose;
  return (
    <div className="grid gap-5 md:grid-cols-[15rem_minmax(0,1fr)]">
      <nav aria-label={strings.result.files} className={classNames("text-sm md:max-h-[75vh] md:overflow-y-auto", wanted !== null && "max-md:hidden")}>
        <Tree folder={tree} search={search} current={shown?.path.slice(ROOT.length) ?? null} top />
      </nav>
      <div className={classNames("min-w-0", wanted === null && "max-md:hidden")}>
        {shown ? (
          <FileView address={address} path={shown.path} size={shown.size_bytes} purpose={purpose ?? null} search={search} />
        ) : (
          <p className="text-sm text-ink-soft">{strings.result.chooseFile}</p>
        )}
      </div>
    </div>
  );
}

function linkTo(search: URLSearchParams, file: string | null): string {
  const next = new URLSearchParams(search);
  next.set("tab", "repository");
  if (file === null) next.delete("file");
  else next.set("file", file);
  return `?${next}`;
}

function Tree({ folder, search, current, top = false }: { folder: Folder; search: URLSearchParams; current: string | null; top?: boolean }) {
  return (
    <ul className={classNames(!top && "ms-2.5 border-s border-line ps-1.5")}>
      {folder.folders.map((child) => (
        <li key={child.path}>
          <details open={top || child.folders.length + child.files.length <= 12 || current?.startsWith(`${child.path}/`)}>
            <summary className="flex items-center gap-1.5 rounded px-1.5 py-1 hover:bg-sunken">
              <FolderIcon className="size-4 shrink-0 text-ink-soft" aria-hidden />
              {child.name}
            </summary>
            <Tree folder={child} search={search} current={current} />
          </details>
        </li>
      ))}
      {folder.files.map(({ name, path }) => (
        <li key={path}>
          <Link
            to={linkTo(search, path)}
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
  address: RunAddress;
  path: string;
  size: number;
  purpose: string | null;
  search: URLSearchParams;
}

function FileView({ address, path, size, purpose, search }: FileViewProps) {
  const content = useQuery(queries.content(address, path));
  const name = path.slice(ROOT.length);
  return (
    <div className="space-y-2">
      <Link to={linkTo(search, null)} preventScrollReset className="inline-flex items-center gap-1 text-sm text-accent md:hidden">
        <ChevronLeft className="size-4" aria-hidden />
        {strings.result.backToFiles}
      </Link>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-mono text-sm font-semibold">{name}</h3>
        <span className="flex items-center gap-2 text-xs text-ink-soft">
          {bytes(size)}
          {content.data === undefined ? null : <CopyButton text={content.data} />}
        </span>
      </div>
      {purpose ? <p className="text-sm text-ink-soft">{purpose}</p> : null}
      {content.error ? (
        <Notice tone="warn" title={asProblem(content.error).message} />
      ) : content.data === undefined ? (
        <Skeleton lines={8} />
      ) : (
        <CodeView code={content.data} path={name} />
      )}
    </div>
  );
}
