/** A unified diff, line by line and side by side. Pure. */

export type LineKind = "context" | "added" | "removed" | "hunk" | "note";

export interface PatchLine {
  readonly kind: LineKind;
  /** Without the sign that says which kind it is. */
  readonly text: string;
  /** The line's number on either side; `null` where the side does not have it. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface PatchRow {
  /** `null` where the side has no line beside the other's. */
  readonly left: PatchLine | null;
  readonly right: PatchLine | null;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** The lines of a diff, without the names at its head. */
export function linesOf(unified: string): readonly PatchLine[] {
  const lines: PatchLine[] = [];
  let [before, after, within] = [0, 0, false];
  for (const line of unified.replace(/\n$/, "").split("\n")) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      [before, after, within] = [Number(hunk[1]), Number(hunk[2]), true];
      lines.push({ kind: "hunk", text: line, before: null, after: null });
      continue;
    }
    const [sign, text] = [line.charAt(0), line.slice(1)];
    if (!within) {
      // Names, modes, and what is said of binary files.
      if (!/^(---|\+\+\+|diff |index )/.test(line) && line.trim() !== "") lines.push({ kind: "note", text: line, before: null, after: null });
    } else if (sign === "+") {
      lines.push({ kind: "added", text, before: null, after });
      after += 1;
    } else if (sign === "-") {
      lines.push({ kind: "removed", text, before, after: null });
      before += 1;
    } else if (sign === "\\") {
      lines.push({ kind: "note", text: text.trim(), before: null, after: null });
    } else {
      lines.push({ kind: "context", text, before, after });
      before += 1;
      after += 1;
    }
  }
  return lines;
}

/** Side by side: what was removed stands beside what was added in its place. */
export function rowsOf(lines: readonly PatchLine[]): readonly PatchRow[] {
  const rows: PatchRow[] = [];
  let removed: PatchLine[] = [];
  let added: PatchLine[] = [];
  const flush = () => {
    for (let place = 0; place < Math.max(removed.length, added.length); place += 1) rows.push({ left: removed[place] ?? null, right: added[place] ?? null });
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === "removed") removed.push(line);
    else if (line.kind === "added") added.push(line);
    else {
      flush();
      rows.push({ left: line, right: line });
    }
  }
  flush();
  return rows;
}
