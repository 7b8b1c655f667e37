/** A list of paths as a tree. Pure. */

export interface Folder {
  readonly name: string;
  readonly path: string;
  readonly folders: Folder[];
  readonly files: { readonly name: string; readonly path: string }[];
}

/** Folders before files, each by name. `/` separates; whatever else is in a name is part of it. */
export function treeOf(paths: readonly string[]): Folder {
  const root: Folder = { name: "", path: "", folders: [], files: [] };
  for (const path of paths.toSorted((a, b) => a.localeCompare(b))) {
    const parts = path.split("/").filter((part) => part !== "");
    const name = parts.pop();
    if (name === undefined) continue;
    let folder = root;
    for (const part of parts) {
      let next = folder.folders.find((child) => child.name === part);
      if (!next) {
        next = { name: part, path: folder.path ? `${folder.path}/${part}` : part, folders: [], files: [] };
        folder.folders.push(next);
      }
      folder = next;
    }
    folder.files.push({ name, path });
  }
  return root;
}

/** The paths that hold every word of what is sought, in any order and whatever the case. */
export function matching(paths: readonly string[], sought: string): readonly string[] {
  const wanted = sought.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.length === 0 ? paths : paths.filter((path) => wanted.every((word) => path.toLowerCase().includes(word)));
}

export function isMarkdown(path: string): boolean {
  return /\.(md|markdown)$/i.test(path);
}

/** The file that a link names which stands in the file `from`; both are paths below the root. */
export function fileAt(from: string, href: string): string {
  const [target = ""] = href.split(/[?#]/);
  const parts = target.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The address of a file in the result, or of one of its lines; everything else of the view stays. */
export function linkToFile(search: URLSearchParams, file: string, line?: number): string {
  const next = new URLSearchParams(search);
  next.set("tab", "repository");
  next.set("file", file);
  next.delete("add");
  if (line === undefined) next.delete("line");
  else next.set("line", String(line));
  return `?${next}`;
}
