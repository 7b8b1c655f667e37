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
  /** What this version generates for the path; `null` where that is nothing. */
  readonly generated: Content | null;
}

interface Content {
  readonly sha256: string;
  readonly size: number;
}

/** True for a file that a person took back to what is generated, from an edit of an earlier version. */
export function isTakenBack({ own, sha256, generated }: FileNow): boolean {
  return own && sha256 !== null && generated?.sha256 === sha256;
}

/** True for a file that is not as it is generated because of an earlier version, so that the generated text can be taken. */
export function canTakeBack({ own, edit, sha256, generated }: FileNow): boolean {
  return !own && edit !== null && generated !== null && generated.sha256 !== sha256;
}

/** The edits that were made in this version, and not only taken over from the one before. */
export function ownEdits(list: EditList | undefined, takenOver: readonly FileEdit[]): readonly FileEdit[] {
  return (list?.edits ?? []).filter((edit) => !takenOver.some(({ path, at }) => path === edit.path && at === edit.at));
}

/** All files, sorted by path, those that people deleted included. */
export function filesNow(stored: readonly StoredFile[], takenOver: readonly FileEdit[], list: EditList | undefined): readonly FileNow[] {
  const own = new Map(ownEdits(list, takenOver).map((edit) => [edit.path, edit]));
  const carried = new Map((list?.edits ?? takenOver).map((edit) => [edit.path, edit]));
  const open = new Map((list?.conflicts ?? []).map((conflict) => [conflict.path, conflict]));
  const before = (path: string) => takenOver.find((edit) => edit.path === path) ?? null;
  const generatedOf = (path: string, otherwise: Content | null): Content | null => {
    const one = own.get(path);
    if (one) return one.base ?? null;
    const conflict = open.get(path);
    if (conflict) return conflict.generated ?? null;
    const edit = carried.get(path);
    return edit ? (edit.base ?? null) : otherwise;
  };
  const known = stored.map((file): FileNow => {
    const { path, size } = file;
    const edit = own.get(path);
    const generated = generatedOf(path, file);
    if (!edit) return { path, sha256: file.sha256, size, stored: file, edit: carried.get(path) ?? null, own: false, generated };
    const sha256 = edit.body?.sha256 ?? null;
    // Put back as the version has it: that is no difference any more.
    const same = sha256 === file.sha256;
    return { path, sha256, size: edit.body?.size ?? size, stored: file, edit: same ? before(path) : edit, own: !same, generated };
  });
  const paths = new Set(stored.map(({ path }) => path));
  const added = [...own.values()].flatMap((edit): FileNow[] =>
    edit.body && !paths.has(edit.path) ? [{ path: edit.path, sha256: edit.body.sha256, size: edit.body.size, stored: null, edit, own: true, generated: edit.base ?? null }] : [],
  );
  // Deleted in an earlier version, so that this one did not write them; they can still be had.
  const gone = [...carried.values()].flatMap((edit): FileNow[] => {
    const generated = generatedOf(edit.path, null);
    if (edit.body || paths.has(edit.path) || generated === null) return [];
    const earlier = before(edit.path);
    const same = earlier !== null && !earlier.body;
    return [{ path: edit.path, sha256: null, size: generated.size, stored: null, edit: same ? earlier : edit, own: own.has(edit.path) && !same, generated }];
  });
  return [...known, ...added, ...gone].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
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
