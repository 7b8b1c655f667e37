import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fileAt, matching, treeOf } from "@/features/run/repository/file-tree";
import type { Folder } from "@/features/run/repository/file-tree";

function pathsOf(folder: Folder): string[] {
  return [...folder.folders.flatMap(pathsOf), ...folder.files.map(({ path }) => path)];
}

describe("the file tree", () => {
  it("has every file once, in its folder", () => {
    const segment = fc.stringMatching(/^[a-z._]{1,4}$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")), { maxLength: 30 }), (paths) => {
        expect(pathsOf(treeOf(paths)).toSorted()).toEqual(paths.toSorted());
      }),
    );
  });

  it("puts files of one folder together", () => {
    const root = treeOf(["src/b.py", "README.md", "src/a/x.py", "src/a.py"]);
    expect(root.files.map(({ name }) => name)).toEqual(["README.md"]);
    expect(root.folders[0]?.files.map(({ name }) => name)).toEqual(["a.py", "b.py"]);
  });
});

describe("links between files", () => {
  it.each([
    ["README.md", "reports/cost.md", "reports/cost.md"],
    ["reports/architecture.md", "cost.md#range", "reports/cost.md"],
    ["reports/architecture.md", "../README.md", "README.md"],
    ["a/b/c.md", "/src/x.py", "src/x.py"],
    ["README.md", "./../../etc", "etc"],
  ])("from %s, %s is %s", (from, href, target) => {
    expect(fileAt(from, href)).toBe(target);
  });
});

describe("the search for files", () => {
  it("wants every word, whatever its case and place", () => {
    const paths = ["src/app/Train.py", "tests/test_train.py", "infra/main.tf"];
    expect(matching(paths, "  ")).toBe(paths);
    expect(matching(paths, "train")).toHaveLength(2);
    expect(matching(paths, "py SRC")).toEqual(["src/app/Train.py"]);
    expect(matching(paths, "train tf")).toEqual([]);
  });
});
