import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { linesOf, rowsOf } from "@/features/run/repository/patch-rows";

const PATCH = `--- a/x.py
+++ b/x.py
@@ -3,4 +3,5 @@ def f():
 same
-old
-gone
+new
 end
\\ No newline at end of file
@@ -20 +21,2 @@
-a
+b
+c
`;

describe("a unified diff", () => {
  it("has numbered lines, without the names at its head", () => {
    expect(linesOf(PATCH).map(({ kind, before, after, text }) => [kind, before, after, text])).toEqual([
      ["hunk", null, null, "@@ -3,4 +3,5 @@ def f():"],
      ["context", 3, 3, "same"],
      ["removed", 4, null, "old"],
      ["removed", 5, null, "gone"],
      ["added", null, 4, "new"],
      ["context", 6, 5, "end"],
      ["note", null, null, "No newline at end of file"],
      ["hunk", null, null, "@@ -20 +21,2 @@"],
      ["removed", 20, null, "a"],
      ["added", null, 21, "b"],
      ["added", null, 22, "c"],
    ]);
  });

  it("keeps a removed line that looks like a name, and says what is said of binary files", () => {
    expect(linesOf("@@ -1,2 +1 @@\n--- a\n+++ b\n").map(({ kind, text }) => [kind, text])).toEqual([
      ["hunk", "@@ -1,2 +1 @@"],
      ["removed", "-- a"],
      ["added", "++ b"],
    ]);
    expect(linesOf("Binary files differ\n")).toEqual([{ kind: "note", text: "Binary files differ", before: null, after: null }]);
    expect(linesOf("")).toEqual([]);
  });

  it("stands side by side: what was removed beside what came in its place", () => {
    expect(rowsOf(linesOf(PATCH)).map(({ left, right }) => [left?.text ?? null, right?.text ?? null])).toEqual([
      ["@@ -3,4 +3,5 @@ def f():", "@@ -3,4 +3,5 @@ def f():"],
      ["same", "same"],
      ["old", "new"],
      ["gone", null],
      ["end", "end"],
      ["No newline at end of file", "No newline at end of file"],
      ["@@ -20 +21,2 @@", "@@ -20 +21,2 @@"],
      ["a", "b"],
      [null, "c"],
    ]);
  });

  it("loses no line in either view", () => {
    const line = fc.tuple(fc.constantFrom(" ", "+", "-"), fc.stringMatching(/^[a-z+-]{0,4}$/)).map(([sign, text]) => sign + text);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (body) => {
        const lines = linesOf(["@@ -1 +1 @@", ...body].join("\n"));
        const of = (sign: string) => body.filter((one) => one.startsWith(sign)).map((one) => one.slice(1));
        expect(lines.filter(({ kind }) => kind === "added").map(({ text }) => text)).toEqual(of("+"));
        expect(lines.filter(({ kind }) => kind === "removed").map(({ text }) => text)).toEqual(of("-"));
        const rows = rowsOf(lines);
        expect(rows.flatMap(({ left }) => (left && left.kind !== "added" ? [left] : []))).toEqual(lines.filter(({ kind }) => kind !== "added"));
        expect(rows.flatMap(({ right }) => (right && right.kind !== "removed" ? [right] : []))).toEqual(lines.filter(({ kind }) => kind !== "removed"));
      }),
    );
  });
});
