import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, File, FilePlus, Folder as FolderIcon, GitBranch, Pencil, Trash2, Undo2 } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { toFollowUp } from "@/features/run/follow-up";
import { draftOf } from "@/features/run/repository/drafts";
import { EditConflicts } from "@/features/run/repository/edit-conflicts";
import { canBeEdited, canTakeBack, filesNow, isTakenBack } from "@/features/run/repository/edits";
import type { FileNow } from "@/features/run/repository/edits";
import { FileEditor, draftKey } from "@/features/run/repository/file-editor";
import { fileAt, isMarkdown, linkToFile, matching, treeOf } from "@/features/run/repository/file-tree";
import type { Folder } from "@/features/run/repository/file-tree";
import { reasonsOf } from "@/features/run/repository/line-reasons";
import { NotYet } from "@/features/run/not-yet";
import { asProblem } from "@/shared/api/problem";
import { queries, useEditFile } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet, FileEdit, ImplementationReview } from "@/shared/api/types";
import { classNames } from "@/shared/lib/class-names";
import { bytes, time } from "@/shared/lib/format";
import { saveAs } from "@/shared/lib/save-as";
import { useWidth } from "@/shared/lib/use-width";
import { strings } from "@/shared/strings";
import { edits } from "@/shared/strings-edits";
import { Badge } from "@/shared/ui/badge";
import { Button } from "@/shared/ui/button";
import { CodeView } from "@/shared/ui/code-view";
import { CopyButton } from "@/shared/ui/copy-button";
import { Confirm } from "@/shared/ui/dialog";
import { TextInput } from "@/shared/ui/field";
import { Markdown } from "@/shared/ui/markdown";
import type { ResolveLink } from "@/shared/ui/markdown-view";
import { Notice } from "@/shared/ui/notice";
import { PatternNames } from "@/shared/ui/prose";
import { Skeleton } from "@/shared/ui/skeleton";

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Artifacts of the repository lie under this. */
const ROOT = "repository/";

/** From this width on the files stand beside the text; as the classes say it. */
const TWO_COLUMNS = 36 * 16;

export function RepositoryTab({ address, decisionSet, newest }: { address: RunAddress; decisionSet: DecisionSet; newest: number }) {
  const [search, setSearch] = useSearchParams();
  const [box, width] = useWidth();
  const wide = width >= TWO_COLUMNS;
  const client = useQueryClient();
  const { manifest } = decisionSet;
  const exists = manifest !== null && manifest !== undefined;
  const completed = decisionSet.status === "completed";
  const artifacts = useQuery({ ...queries.artifacts(address), enabled: exists });
  const list = useQuery({ ...queries.edits(address), enabled: completed });
  // After the run's end only edits are told, others' too.
  const known = useRef(newest);
  useEffect(() => {
    if (known.current === newest) return;
    known.current = newest;
    void client.invalidateQueries({ queryKey: queries.edits(address).queryKey });
  }, [client, address, newest]);

  const files = useMemo(() => {
    const stored = (artifacts.data?.artifacts ?? []).filter(({ path }) => path.startsWith(ROOT)).map(({ path, sha256, size_bytes }) => ({ path: path.slice(ROOT.length), sha256, size: size_bytes }));
    return filesNow(stored, manifest?.edits ?? [], list.data);
  }, [artifacts.data, manifest, list.data]);
  const [sought, setSought] = useState("");
  const found = useMemo(() => matching(files.map(({ path }) => path), sought), [files, sought]);
  const tree = useMemo(() => treeOf(found), [found]);
  // A link to a file leads out of the form; what was typed is kept for when it is opened again.
  const adding = search.get("add") !== null && list.data !== undefined;
  const setAdding = (on: boolean) =>
    setSearch(
      (previous) => {
        const next = new URLSearchParams(previous);
        if (on) next.set("add", "");
        else next.delete("add");
        next.set("tab", "repository");
        return next;
      },
      { replace: true, preventScrollReset: true },
    );

  const wanted = search.get("file");
  const readme = files.find(({ path }) => path.toLowerCase() === "readme.md") ?? files[0];
  const shown = adding ? undefined : (files.find(({ path }) => path === wanted) ?? (wanted === null ? readme : undefined));
  const from = shown?.path ?? "";
  const resolve = useCallback(
    (href: string) => {
      const target = fileAt(from, href);
      return files.some(({ path }) => path === target) ? linkToFile(search, target) : null;
    },
    [files, from, search],
  );

  if (!exists) return <NotYet />;
  if (artifacts.error) return <Notice tone="bad" title={asProblem(artifacts.error).message} />;
  if (artifacts.isPending) return <Skeleton lines={6} />;
  if (files.length === 0) return <NotYet />;

  const purpose = [...manifest.files, ...(decisionSet.reports?.files ?? [])].find(({ path }) => path === shown?.path)?.purpose;
  const edited = files.filter(({ own }) => own).length;
  return (
    <div ref={box} className="space-y-4">
      {list.error ? <Notice tone="warn" title={asProblem(list.error).message} /> : null}
      <EditConflicts address={address} conflicts={list.data?.conflicts ?? []} />
      {edited > 0 ? <NextVersion count={edited} /> : null}
      <div className="grid gap-5 @xl:grid-cols-[11rem_minmax(0,1fr)] @4xl:grid-cols-[15rem_minmax(0,1fr)]">
        {/* Another file is another element: on a phone the list closes when a file is chosen. */}
        <details key={wide ? "wide" : `${adding} ${shown?.path ?? ""}`} open={wide} className="min-w-0 @max-xl:rounded-lg @max-xl:border @max-xl:border-line">
          <summary className="px-3 py-2 text-sm font-medium @xl:hidden">
            {strings.result.backToFiles} ({files.length})
          </summary>
          <nav aria-label={strings.result.files} className="text-sm @max-xl:border-t @max-xl:border-line @max-xl:p-2 @xl:max-h-[75vh] @xl:overflow-y-auto">
            <TextInput type="search" aria-label={strings.result.searchFiles} placeholder={strings.result.searchFiles} value={sought} onChange={(event) => setSought(event.target.value)} className="mb-2 min-h-9" />
            <p role="status" className={sought === "" ? "sr-only" : "px-1.5 pb-1 text-xs text-ink-soft"}>
              {sought === "" ? "" : strings.result.filesFound(found.length)}
            </p>
            {/* Another search is another tree, with its folders open. */}
            <Tree key={sought} folder={tree} search={search} current={shown?.path ?? null} marks={files} top all={sought !== ""} />
            {list.data ? (
              <Button tone="quiet" size="small" className="mt-1 px-1.5" aria-pressed={adding} onClick={() => setAdding(true)}>
                <FilePlus aria-hidden />
                {edits.add}
              </Button>
            ) : null}
          </nav>
        </details>
        <div className="min-w-0">
          {adding ? (
            <section aria-label={edits.newFile} className="space-y-2">
              <h3 className="text-sm font-semibold">{edits.newFile}</h3>
              <FileEditor
                address={address}
                file={null}
                text={null}
                start=""
                taken={files.filter(({ sha256 }) => sha256 !== null).map(({ path }) => path)}
                onClose={(path) => {
                  if (path === null) setAdding(false);
                  else setSearch(linkToFile(search, path).slice(1), { preventScrollReset: true });
                }}
              />
            </section>
          ) : shown ? (
            <FileView
              key={shown.path}
              review={decisionSet.implementation ?? null}
              address={address}
              file={shown}
              executable={manifest.files.find(({ path }) => path === shown.path)?.executable ?? false}
              editable={list.data !== undefined && canBeEdited(shown.path)}
              contradicted={list.data?.conflicts.some(({ path }) => path === shown.path) ?? false}
              purpose={purpose ?? null}
              search={search}
              resolve={resolve}
            />
          ) : (
            <p className="text-sm text-ink-soft">{strings.result.chooseFile}</p>
          )}
        </div>
      </div>
    </div>
  );
}

/** The way on after an edit. */
function NextVersion({ count }: { count: number }) {
  return (
    <Notice
      tone="info"
      role="status"
      title={edits.nextTitle(count)}
      actions={
        <Button size="small" onClick={toFollowUp}>
          <GitBranch aria-hidden />
          {edits.next}
        </Button>
      }
    >
      <p>{edits.nextText}</p>
    </Notice>
  );
}

function markOf(file: FileNow): string | null {
  const { edit, stored, sha256 } = file;
  if (sha256 === null) return edits.deleted;
  if (!edit) return null;
  if (isTakenBack(file)) return edits.asGenerated;
  return stored === null ? edits.added : edits.edited;
}

function Tree({ folder, search, current, marks, top = false, all = false }: { folder: Folder; search: URLSearchParams; current: string | null; marks: readonly FileNow[]; top?: boolean; all?: boolean }) {
  return (
    <ul className={classNames(!top && "ms-2.5 border-s border-line ps-1.5")}>
      {folder.folders.map((child) => (
        <li key={child.path}>
          <details open={all || top || child.folders.length + child.files.length <= 12 || current?.startsWith(`${child.path}/`)}>
            <summary className="flex items-center gap-1.5 rounded px-1.5 py-1 hover:bg-sunken">
              <FolderIcon className="size-4 shrink-0 text-ink-soft" aria-hidden />
              {child.name}
            </summary>
            <Tree folder={child} search={search} current={current} marks={marks} all={all} />
          </details>
        </li>
      ))}
      {folder.files.map(({ name, path }) => {
        const file = marks.find((one) => one.path === path);
        const mark = file ? markOf(file) : null;
        return (
        <li key={path}>
          <Link
            to={linkToFile(search, path)}
            preventScrollReset
            aria-current={path === current ? "true" : undefined}
            className={classNames("flex items-center gap-1.5 rounded px-1.5 py-1 hover:bg-sunken", path === current && "bg-accent-soft font-medium text-accent")}
          >
            <File className="size-4 shrink-0 text-ink-soft" aria-hidden />
            <span className={classNames("min-w-0 [overflow-wrap:break-word]", file?.sha256 === null && "line-through")}>{name}</span>
            {mark ? (
              <Badge tone={file?.sha256 === null ? "bad" : "accent"} title={mark} className="ms-auto px-1.5 font-mono">
                <span aria-hidden>{mark.charAt(0).toUpperCase()}</span>
                <span className="sr-only">{mark}</span>
              </Badge>
            ) : null}
          </Link>
        </li>
        );
      })}
    </ul>
  );
}

interface FileViewProps {
  review: ImplementationReview | null;
  address: RunAddress;
  file: FileNow;
  /** As the version has it. */
  executable: boolean;
  editable: boolean;
  /** A contradiction of this file is not settled yet: that is asked about above. */
  contradicted: boolean;
  purpose: string | null;
  search: URLSearchParams;
  resolve: ResolveLink;
}

function FileView({ review, address, file, executable, editable, contradicted, purpose, search, resolve }: FileViewProps) {
  const { path, sha256, stored, own, edit } = file;
  const content = useQuery({ ...queries.content(address, ROOT + path), enabled: stored !== null });
  // An edit of this version is in no stored file.
  const isEdited = sha256 !== null && sha256 !== stored?.sha256;
  const edited = useQuery({ ...queries.editContent(address, path, sha256 ?? ""), enabled: isEdited });
  const now = sha256 === null ? null : isEdited ? (edited.data ?? null) : (content.data ?? null);
  const unreadable = isEdited && edited.isError;
  const text = now ?? (isEdited && !unreadable ? undefined : content.data);
  const rendered = isMarkdown(path) && search.get("view") !== "source";
  const reasons = own ? [] : reasonsOf(review, path);
  const key = draftKey(address, path);
  const [editing, setEditing] = useState(() => draftOf(key) !== null);
  const change = useEditFile(address);
  const replaces = sha256 === null ? {} : { replaces: sha256 };
  const back = stored === null || content.data === undefined ? null : { path, text: content.data, deleted: false, executable, ...replaces };
  const mark = markOf(file);
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="flex min-w-0 flex-wrap items-center gap-2 font-mono text-sm font-semibold">
          <span className={classNames("break-all", sha256 === null && "line-through")}>{path}</span>
          {mark ? (
            <Badge tone={sha256 === null ? "bad" : "accent"} className="font-sans">
              {mark}
            </Badge>
          ) : null}
        </h3>
        {editing ? null : (
          <span className="flex flex-wrap items-center gap-x-2 text-xs text-ink-soft">
            {isMarkdown(path) ? <ViewSwitch search={search} name={path} rendered={rendered} /> : null}
            {bytes(file.size)}
            {text === undefined ? null : (
              <>
                <CopyButton text={text} />
                <Button tone="quiet" size="small" onClick={() => saveAs(path.split("/").at(-1) ?? path, "text/plain", text)}>
                  <Download aria-hidden />
                  {strings.result.downloadFile}
                </Button>
              </>
            )}
            {editable && sha256 !== null && (text !== undefined || stored === null) ? (
              <>
                <Button tone="quiet" size="small" onClick={() => setEditing(true)}>
                  <Pencil aria-hidden />
                  {edits.edit}
                </Button>
                <Confirm
                  trigger={
                    <Button tone="quiet" size="small" busy={change.isPending}>
                      <Trash2 aria-hidden />
                      {edits.remove}
                    </Button>
                  }
                  title={edits.removeTitle(path)}
                  text={stored === null ? edits.removeAddedText : edits.removeText}
                  confirm={edits.removeConfirm}
                  onConfirm={() => change.mutate({ path, deleted: true, ...replaces })}
                />
              </>
            ) : null}
          </span>
        )}
      </div>
      {purpose ? <p className="text-sm text-ink-soft">{purpose}</p> : null}
      {edit ? (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
          {editedWords(file, edit)}
          {own && editable && back && !editing ? (
            <Button size="small" busy={change.isPending} onClick={() => change.mutate(back)}>
              <Undo2 aria-hidden />
              {sha256 === null ? edits.restore : isTakenBack(file) ? edits.backToEdit : edits.takeBack}
            </Button>
          ) : null}
          {editable && !editing && !contradicted && canTakeBack(file) ? <TakeGenerated file={file} by={edit.by.name} busy={change.isPending} onTake={() => change.mutate({ path, take: "generated", deleted: false, ...replaces })} /> : null}
        </p>
      ) : null}
      {change.error ? (
        <Notice tone="bad" role="alert" title={edits.refused}>
          <p>{asProblem(change.error).message}</p>
        </Notice>
      ) : null}
      {unreadable && !editing ? (
        <Notice tone="warn" title={edits.unreadableTitle}>
          <p>{stored === null ? edits.unreadableAdded : edits.unreadable}</p>
        </Notice>
      ) : null}
      {reasons.length > 0 && !editing ? (
        <details className="text-sm">
          <summary className="cursor-pointer text-accent">{strings.result.whyLines(reasons.length)}</summary>
          <ul className="mt-1 space-y-1">
            {reasons.map(({ line, says, because }) => (
              <li key={`${line} ${says} ${because}`}>
                <Link to={linkToFile(search, path, line)} replace preventScrollReset className="font-medium text-accent underline">
                  {strings.result.line(line)}
                </Link>
                : {says}
                {because ? <span className="text-ink-soft"> ({because})</span> : null}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {editing ? (
        <FileEditor address={address} file={file} text={now} start={text ?? ""} taken={[]} onClose={() => setEditing(false)} />
      ) : content.error && text === undefined ? (
        <Notice tone="warn" title={asProblem(content.error).message} />
      ) : text === undefined ? (
        stored === null && !isEdited ? null : (
          <Skeleton lines={8} />
        )
      ) : rendered ? (
        <section aria-label={path} className="rounded-lg border border-line p-3 @2xl:p-5">
          {/* A file is shown as it is: ids stay ids. */}
          <PatternNames value={NO_NAMES}>
            <Markdown text={text} className="max-w-3xl" resolve={resolve} />
          </PatternNames>
        </section>
      ) : (
        <CodeView key={path} code={text} path={path} line={Number(search.get("line")) || undefined} />
      )}
    </div>
  );
}

/** Back from an edit of an earlier version to what is generated. Of a file that was deleted nothing is lost by it. */
function TakeGenerated({ file: { path, sha256 }, by, busy, onTake }: { file: FileNow; by: string; busy: boolean; onTake: () => void }) {
  const gone = sha256 === null;
  const button = (
    <Button size="small" busy={busy} onClick={gone ? onTake : undefined}>
      <Undo2 aria-hidden />
      {gone ? edits.restore : edits.takeGenerated}
    </Button>
  );
  return gone ? button : <Confirm trigger={button} title={edits.takeGeneratedTitle(path)} text={edits.takeGeneratedText(by)} confirm={edits.takeGenerated} onConfirm={onTake} />;
}

/** Who edited it and when, and what the next version makes of it. */
function editedWords(file: FileNow, { by, at }: FileEdit): string {
  const { sha256, stored, own } = file;
  const tell = sha256 === null ? (own ? edits.deletedBy : edits.deletedEarlier) : !own ? edits.carriedBy : isTakenBack(file) ? edits.takenBackBy : stored === null ? edits.addedBy : edits.editedBy;
  return tell(by.name, time(at));
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
