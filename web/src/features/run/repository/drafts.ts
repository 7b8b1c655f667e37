/**
 * What was typed and would be lost with the page's parts: texts that are not saved yet, so that another file or tab can
 * be looked at meanwhile; and texts that were saved, so that they are shown at once.
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
const texts = new Map<string, string>();

export function draftOf(key: string): Draft | null {
  return drafts.get(key) ?? null;
}

export function keepDraft(key: string, draft: Draft | null): void {
  if (draft) drafts.set(key, draft);
  else drafts.delete(key);
}

/** By hash: whoever has the hash has read that very text. */
export function keepText(sha256: string, text: string): void {
  texts.set(sha256, text);
}

export function textOf(sha256: string): string | undefined {
  return texts.get(sha256);
}
