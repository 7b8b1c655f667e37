/** A version's files as they are now, with what people edited. Pure. */
import type { ApiProblem } from "@/shared/api/problem";
import type { EditList, FileEdit } from "@/shared/api/types";

/** A file of the version as it was stored. */
export interface StoredFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

export interface FileNow {
  readonly path: string;
  /** The hash of its content now; `null` when it was deleted. */
  readonly sha256: string | null;
  readonly size: number;
  /** As the version has it; `null` for a file that was added since. */
  readonly stored: StoredFile | null;
  /** The edit that it differs by from what is generated. */
  readonly edit: FileEdit | null;
  /** True when the edit was made in this version, so that the stored file does not have it. */
  readonly own: boolean;
}

/** The edits that were made in this version, and not only taken over from the one before. */
export function ownEdits(list: EditList | undefined, takenOver: readonly FileEdit[]): readonly FileEdit[] {
  return (list?.edits ?? []).filter((edit) => !takenOver.some(({ path, at }) => path === edit.path && at === edit.at));
}

/** All files, sorted by path, those that were deleted in this version included. */
export function filesNow(stored: readonly StoredFile[], takenOver: readonly FileEdit[], list: EditList | undefined): readonly FileNow[] {
  const own = new Map(ownEdits(list, takenOver).map((edit) => [edit.path, edit]));
  const carried = new Map((list?.edits ?? takenOver).map((edit) => [edit.path, edit]));
  const known = stored.map((file): FileNow => {
    const edit = own.get(file.path);
    if (!edit) return { path: file.path, sha256: file.sha256, size: file.size, stored: file, edit: carried.get(file.path) ?? null, own: false };
    const sha256 = edit.body?.sha256 ?? null;
    // Put back as the version has it: that is no difference any more.
    const same = sha256 === file.sha256;
    const before = same ? (takenOver.find(({ path }) => path === file.path) ?? null) : edit;
    return { path: file.path, sha256, size: edit.body?.size ?? file.size, stored: file, edit: before, own: !same };
  });
  const paths = new Set(stored.map(({ path }) => path));
  const added = [...own.values()].flatMap((edit): FileNow[] =>
    edit.body && !paths.has(edit.path) ? [{ path: edit.path, sha256: edit.body.sha256, size: edit.body.size, stored: null, edit, own: true }] : [],
  );
  return [...known, ...added].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Reports are written anew by every version. */
export function canBeEdited(path: string): boolean {
  return !path.toLowerCase().startsWith("reports/");
}

/** A text as a text area has it. */
export function withPlainEnds(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}

/** What was typed, with the line ends that the file has: a text area knows only one kind. */
export function withEndsOf(original: string, typed: string): string {
  const windows = original.split("\r\n").length - 1;
  const all = original.split("\n").length - 1;
  return windows * 2 > all ? typed.replaceAll("\n", "\r\n") : typed;
}

export interface EditProblems {
  readonly path: string | null;
  readonly text: string | null;
  /** What belongs to no field of the form. */
  readonly other: string | null;
}

/** What the API refused about the one file of a request, by the form's fields. */
export function editProblems(problem: ApiProblem): EditProblems {
  const at = (names: readonly string[]) => {
    const found = problem.errors.filter(({ field }) => names.some((name) => field === `files[0].${name}`)).map(({ detail }) => detail);
    return found.length > 0 ? found.join("; ") : null;
  };
  const [path, text] = [at(["path"]), at(["text", "base64"])];
  const rest = problem.errors.filter(({ field }) => !/^files\[0\]\.(path|text|base64|replaces)$/.test(field)).map(({ field, detail }) => `${field}: ${detail}`);
  return { path, text, other: rest.length > 0 ? rest.join("; ") : path === null && text === null ? problem.message : null };
}
