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
  return drafts.get(key) ?? null;
}

export function keepDraft(key: string, draft: Draft | null): void {
  if (draft) drafts.set(key, draft);
  else drafts.delete(key);
}
