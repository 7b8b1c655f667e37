import { keep, kept, textField } from "@/shared/lib/kept";

/**
 * What was typed, is not saved yet and would be lost with the page's parts, so that another file or tab can be looked at
 * meanwhile.
 */
export interface Draft {
  readonly path: string;
  readonly text: string;
  /** What it began from, to tell whether something was typed and which line ends the file has. */
  readonly original: string;
  /** The hash of the content that it replaces; `null` for a file that is not there. */
  readonly replaces: string | null;
  /** What the person had typed before another's text was loaded. */
  readonly mine: string | null;
  /** True when it began from the generated text, because the edit that is there could not be read. */
  readonly blind: boolean;
}

const drafts = new Map<string, Draft>();

export function draftOf(key: string): Draft | null {
  return drafts.get(key) ?? draftFrom(kept(`file/${key}`));
}

export function keepDraft(key: string, draft: Draft | null): void {
  if (draft) drafts.set(key, draft);
  else drafts.delete(key);
  // For whoever loads the page again; a text too long for the browser's storage lasts as long as the page.
  keep(`file/${key}`, draft);
}

function draftFrom(stored: unknown): Draft | null {
  const [path, text, original] = [textField(stored, "path"), textField(stored, "text"), textField(stored, "original")];
  if (path === null || text === null || original === null) return null;
  return { path, text, original, replaces: textField(stored, "replaces"), mine: textField(stored, "mine"), blind: (stored as { blind?: unknown }).blind === true };
}
