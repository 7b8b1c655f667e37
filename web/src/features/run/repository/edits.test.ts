import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { canBeEdited, editProblems, filesNow, ownEdits, withEndsOf, withPlainEnds } from "@/features/run/repository/edits";
import { ApiProblem } from "@/shared/api/problem";
import type { EditList, FileEdit } from "@/shared/api/types";

const stored = [
  { path: "b.py", sha256: "b0", size: 2 },
  { path: "a.py", sha256: "a0", size: 1 },
];

function edit(path: string, sha256: string | null, changes: Partial<FileEdit> = {}): FileEdit {
  return { path, body: sha256 === null ? null : { sha256, size: 9 }, base: { sha256: `${path[0]}0`, size: 1 }, executable: false, by: { name: "ada" }, at: "2026-11-20T10:00:00Z", ...changes };
}

function list(...edits: FileEdit[]): EditList {
  return { edits, conflicts: [] };
}

describe("a version's files with their edits", () => {
  it("are the stored ones where nobody edited, sorted", () => {
    expect(filesNow(stored, [], undefined).map(({ path, sha256, edit: by, own }) => [path, sha256, by, own])).toEqual([
      ["a.py", "a0", null, false],
      ["b.py", "b0", null, false],
    ]);
  });

  it("have the content of the edit, are added and are deleted", () => {
    const files = filesNow(stored, [], list(edit("a.py", "a1"), edit("b.py", null), edit("c.py", "c1", { base: null })));
    expect(files.map(({ path, sha256, own }) => [path, sha256, own])).toEqual([
      ["a.py", "a1", true],
      ["b.py", null, true],
      ["c.py", "c1", true],
    ]);
    expect(files.map((file) => file.stored?.sha256 ?? null)).toEqual(["a0", "b0", null]);
  });

  it("are as before when an edit is taken back, and an added file that was deleted is none", () => {
    const files = filesNow(stored, [], list(edit("a.py", "a0"), edit("c.py", null, { base: null })));
    expect(files.map(({ path, edit: by, own }) => [path, by, own])).toEqual([
      ["a.py", null, false],
      ["b.py", null, false],
    ]);
  });

  it("know what was only taken over from what was edited here", () => {
    const before = edit("a.py", "a9", { at: "2026-11-01T00:00:00Z" });
    expect(ownEdits(list(before), [before])).toEqual([]);
    expect(filesNow(stored, [before], list(before))[0]).toMatchObject({ sha256: "a0", own: false, edit: before });
    const here = edit("a.py", "a2", { at: "2026-11-21T00:00:00Z" });
    expect(filesNow(stored, [before], list(here))[0]).toMatchObject({ sha256: "a2", own: true, edit: here });
    // Taken back here, the edit of the version before is still in the file.
    const back = edit("a.py", "a0", { at: "2026-11-21T00:00:00Z" });
    expect(filesNow(stored, [before], list(back))[0]).toMatchObject({ own: false, edit: before });
  });
});

describe("line ends", () => {
  it("stay as the file has them", () => {
    const line = fc.stringMatching(/^[a-z ]{0,5}$/);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
        const text = lines.join(end);
        expect(withPlainEnds(text)).not.toContain("\r");
        expect(withEndsOf(text, withPlainEnds(text))).toBe(text);
      }),
    );
    expect(withEndsOf("a\r\nb\r\n", "a\nc\nb\n")).toBe("a\r\nc\r\nb\r\n");
    expect(withEndsOf("", "a\nb")).toBe("a\nb");
  });
});

function refused(...errors: { field: string; detail: string }[]) {
  return editProblems(new ApiProblem("Refused.", { status: 422, errors }));
}

describe("what the API refuses", () => {
  it("stands at its field", () => {
    expect(refused({ field: "files[0].path", detail: "is a report" })).toEqual({ path: "is a report", text: null, other: null });
    expect(refused({ field: "files[0].text", detail: "is too long" })).toEqual({ path: null, text: "is too long", other: null });
    expect(refused({ field: "files", detail: "are too many" }).other).toBe("files: are too many");
    expect(refused({ field: "files[0].replaces", detail: "is another" })).toEqual({ path: null, text: null, other: "Refused." });
    expect(refused().other).toBe("Refused.");
  });
});

it("reports are not edited, whatever the case", () => {
  expect(["reports/x.md", "Reports/x.md", "reports.md", "src/reports/a.py"].map(canBeEdited)).toEqual([false, false, true, true]);
});
