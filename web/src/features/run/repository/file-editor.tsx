import { useEffect, useId, useRef, useState } from "react";
import type { FormEvent } from "react";

import { draftOf, keepDraft } from "@/features/run/repository/drafts";
import type { Draft } from "@/features/run/repository/drafts";
import { editProblems, withEndsOf, withPlainEnds } from "@/features/run/repository/edits";
import type { EditProblems, FileNow } from "@/features/run/repository/edits";
import { asProblem } from "@/shared/api/problem";
import { useEditFile } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import { time } from "@/shared/lib/format";
import { edits } from "@/shared/strings-edits";
import { Button } from "@/shared/ui/button";
import { CodeView } from "@/shared/ui/code-view";
import { FieldProblem, TextArea, TextInput } from "@/shared/ui/field";
import { Notice } from "@/shared/ui/notice";

/** Where a draft is kept; a new file has no path yet. */
export function draftKey({ projectId, runId }: RunAddress, path: string | null): string {
  return `${projectId}/${runId}/${path ?? ""}`;
}

interface FileEditorProps {
  address: RunAddress;
  /** As it is by now; `null` for a new file. */
  file: FileNow | null;
  /** What there is now, where it can be read. */
  text: string | null;
  /** What an editor begins with. */
  start: string;
  /** Paths that a new file cannot have. */
  taken: readonly string[];
  onClose: (savedPath: string | null) => void;
}

const NO_PROBLEMS: EditProblems = { path: null, text: null, other: null };

/** A file's text in a plain text area: every key does what it does everywhere. */
export function FileEditor({ address, file, text, start, taken, onClose }: FileEditorProps) {
  const id = useId();
  const key = draftKey(address, file?.path ?? null);
  const begin = (): Draft => draftOf(key) ?? { path: file?.path ?? "", text: withPlainEnds(start), original: start, replaces: file?.sha256 ?? null, mine: null, blind: typeof file?.sha256 === "string" && text === null };
  const [draft, setDraft] = useState(begin);
  const [problems, setProblems] = useState(NO_PROBLEMS);
  // What was refused is about the file as it was then.
  const [refusedAt, setRefusedAt] = useState<string | null>(null);
  const now = file?.sha256 ?? null;
  const first = useRef<HTMLElement | null>(null);
  const save = useEditFile(address);
  const typed = draft.text !== withPlainEnds(draft.original) || (file === null && draft.path !== "");
  const changedMeanwhile = file !== null && file.sha256 !== draft.replaces;

  function change(next: Partial<Draft>) {
    const changed = { ...draft, ...next };
    setDraft(changed);
    keepDraft(key, changed);
  }
  function close(savedPath: string | null) {
    keepDraft(key, null);
    onClose(savedPath);
  }
  useEffect(() => first.current?.focus(), []);
  useEffect(() => {
    if (!typed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [typed]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const path = draft.path.trim();
    if (file === null && (path === "" || taken.includes(path))) {
      setProblems({ ...NO_PROBLEMS, path: path === "" ? edits.pathMissing : edits.pathTaken });
      return;
    }
    if (file !== null && !typed && !changedMeanwhile && draft.mine === null) {
      close(null);
      return;
    }
    setProblems(NO_PROBLEMS);
    setRefusedAt(now);
    save.mutate(
      { path, text: withEndsOf(draft.original, draft.text), deleted: false, ...(draft.replaces === null ? {} : { replaces: draft.replaces }) },
      {
        onSuccess: () => close(path),
        // One who was slower sees the other's change below, which says it better.
        onError: (error) => setProblems(editProblems(asProblem(error))),
      },
    );
  }

  return (
    <form onSubmit={submit} className="space-y-3" noValidate>
      {changedMeanwhile ? (
        <Meanwhile
          file={file}
          text={text}
          onKeepMine={() => {
            change({ replaces: file.sha256 });
            setProblems(NO_PROBLEMS);
          }}
          onLoad={(theirs) => {
            change({ text: withPlainEnds(theirs), original: theirs, replaces: file.sha256, mine: draft.text, blind: false });
            setProblems(NO_PROBLEMS);
          }}
        />
      ) : problems.other && refusedAt === now ? (
        <Notice tone="bad" role="alert" title={edits.refused}>
          <p>{problems.other}</p>
        </Notice>
      ) : null}
      {draft.blind && !changedMeanwhile ? (
        <Notice tone="warn" title={edits.unreadableTitle}>
          <p>{edits.unreadableEditor}</p>
        </Notice>
      ) : null}
      {draft.mine === null ? null : (
        <Button size="small" onClick={() => change({ text: draft.mine ?? draft.text, mine: null })}>
          {edits.backToMine}
        </Button>
      )}
      {file === null ? (
        <div className="space-y-1">
          <label htmlFor={`${id}-path`} className="text-sm font-medium">
            {edits.path}
          </label>
          <TextInput
            ref={(element) => void (first.current = element)}
            id={`${id}-path`}
            value={draft.path}
            placeholder={edits.pathExample}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            className="font-mono"
            aria-invalid={problems.path ? true : undefined}
            aria-errormessage={problems.path ? `${id}-path-problem` : undefined}
            onChange={(event) => change({ path: event.target.value })}
          />
        </div>
      ) : null}
      {problems.path ? <FieldProblem id={`${id}-path-problem`}>{problems.path}</FieldProblem> : null}
      <div className="space-y-1">
        <label htmlFor={`${id}-text`} className="text-sm font-medium break-words">
          {edits.textOf(file?.path ?? (draft.path || edits.newFile))}
        </label>
        <TextArea
          ref={(element) => void (first.current ??= element)}
          id={`${id}-text`}
          value={draft.text}
          rows={Math.min(28, Math.max(10, draft.text.split("\n").length + 1))}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          className="overflow-auto bg-sunken/50 font-mono !text-[0.8125rem] !leading-6 whitespace-pre [tab-size:4] @max-2xl:!text-base"
          aria-describedby={`${id}-hint`}
          aria-invalid={problems.text ? true : undefined}
          aria-errormessage={problems.text ? `${id}-text-problem` : undefined}
          onChange={(event) => change({ text: event.target.value })}
        />
        <p id={`${id}-hint`} className="text-xs text-ink-soft">
          {edits.tabHint}
        </p>
      </div>
      {problems.text ? <FieldProblem id={`${id}-text-problem`}>{problems.text}</FieldProblem> : null}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" tone="primary" size="small" busy={save.isPending}>
          {edits.save}
        </Button>
        <Button size="small" onClick={() => close(null)}>
          {edits.cancel}
        </Button>
      </div>
    </form>
  );
}

/** Somebody else was faster: what is there now, and the choice. */
function Meanwhile({ file, text, onKeepMine, onLoad }: { file: FileNow; text: string | null; onKeepMine: () => void; onLoad: (theirs: string) => void }) {
  const by = file.edit;
  return (
    <Notice
      tone="warn"
      role="alert"
      title={edits.changedTitle(by?.by.name ?? null)}
      actions={
        <>
          {text === null || file.sha256 === null ? null : (
            <Button size="small" onClick={() => onLoad(text)}>
              {edits.loadTheirs}
            </Button>
          )}
          <Button size="small" onClick={onKeepMine}>
            {edits.keepMine}
          </Button>
        </>
      }
    >
      <p>{by ? edits.changedAt(time(by.at)) : edits.changed}</p>
      {file.sha256 === null ? (
        <p>{edits.theirDeleted}</p>
      ) : text === null ? (
        <p>{edits.theirUnreadable}</p>
      ) : (
        <details>
          <summary className="cursor-pointer text-accent">{edits.theirText}</summary>
          <div className="mt-2">
            <CodeView code={text} path={edits.theirs(file.path)} />
          </div>
        </details>
      )}
    </Notice>
  );
}
