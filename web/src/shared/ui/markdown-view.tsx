import type { Element, ElementContent, Root, RootContent } from "hast";
import { Suspense, lazy, useContext, useEffect, useMemo, useRef } from "react";
import Markdown from "react-markdown";
import type { Components } from "react-markdown";
import { Link } from "react-router";
import remarkGfm from "remark-gfm";

import { headingIds } from "@/shared/lib/headings";
import type { Heading } from "@/shared/lib/headings";
import { proseOf } from "@/shared/lib/prose";
import { strings } from "@/shared/strings";
import { PatternNames } from "@/shared/ui/prose";
import { ScrollRegion } from "@/shared/ui/scroll-region";

/** Fetched when a text has a diagram in it. */
const MermaidDiagram = lazy(async () => ({ default: (await import("@/shared/ui/mermaid-diagram")).MermaidDiagram }));

const REMARK = [remarkGfm];

function textOf(node: RootContent): string {
  if (node.type === "text") return node.value;
  return node.type === "element" ? node.children.map(textOf).join("") : "";
}

function rowsOf(element: Element): Element[] {
  return element.children.flatMap((child) => (child.type !== "element" ? [] : child.tagName === "tr" ? [child] : rowsOf(child)));
}

/** Columns with much text get room; otherwise a table on a phone is one word wide. */
function widen(table: Element): void {
  const rows = rowsOf(table).map((row) => row.children.filter((cell) => cell.type === "element"));
  const most: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) most[column] = Math.max(most[column] ?? 0, textOf(cell).length);
  for (const [column, cell] of (rows[0] ?? []).entries()) {
    const length = most[column] ?? 0;
    if (length > 14) cell.properties.className = [length > 48 ? "column-long" : "column-medium"];
  }
}

function named(name: string, id: string): ElementContent {
  return { type: "element", tagName: "span", properties: { title: id }, children: [{ type: "text", value: name }] };
}

/** Labels tables by the heading above them, gives their columns room, and writes agents' words for people. */
function forPeople({ names, anchors }: { names: ReadonlyMap<string, string>; anchors: boolean }) {
  return (tree: Root) => {
    const idOf = headingIds();
    let heading: string = strings.common.table;
    const labels = new Map<string, number>();
    const visit = (node: RootContent): ElementContent[] => {
      if (node.type === "text") {
        return proseOf(node.value, names).map(({ kind, text, id = "" }) => (kind === "name" ? named(text, id) : { type: "text", value: kind === "code" ? `\`${text}\`` : text }));
      }
      if (node.type !== "element") return node.type === "comment" ? [node] : [];
      if (node.tagName === "pre") return [node];
      if (node.tagName === "code") {
        const id = textOf(node);
        const name = names.get(id);
        return [name === undefined ? node : named(name, id)];
      }
      if (/^h[1-6]$/.test(node.tagName)) {
        heading = textOf(node);
        if (anchors) node.properties["id"] = idOf(heading);
      }
      if (node.tagName === "table") {
        const count = (labels.get(heading) ?? 0) + 1;
        labels.set(heading, count);
        node.properties["ariaLabel"] = count > 1 ? `${heading} (${count})` : heading;
        widen(node);
      }
      node.children = node.children.flatMap(visit);
      return [node];
    };
    tree.children = tree.children.flatMap(visit);
  };
}

/** The source of a diagram, where a block of code is one. */
function diagramOf(node: Element | undefined): string | null {
  const code = node?.children.find((child) => child.type === "element");
  const names = code?.properties.className;
  return code && Array.isArray(names) && names.includes("language-mermaid") ? textOf(code) : null;
}

/** The address inside the application of a link in the text, or null when it leads nowhere. */
export type ResolveLink = (href: string) => string | null;

/** Raw HTML is not rendered, and links leave without telling where from. */
function componentsWith(resolve: ResolveLink | undefined): Components {
  return {
    a: ({ href = "", title, children }) => {
      if (/^[a-z][a-z+.-]*:/i.test(href)) {
        return (
          <a href={href} title={title} target="_blank" rel="noreferrer noopener">
            {children}
          </a>
        );
      }
      // A file's name, which means nothing to the browser.
      const inside = resolve?.(href) ?? null;
      return inside === null ? (
        <span>{children}</span>
      ) : (
        <Link to={inside} preventScrollReset>
          {children}
        </Link>
      );
    },
    table: ({ node: _node, "aria-label": label, ...rest }) => (
      <ScrollRegion label={label ?? strings.common.table}>
        <table {...rest} />
      </ScrollRegion>
    ),
    pre: ({ node, ...rest }) => {
      // It may scroll.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      const block = <pre tabIndex={0} {...rest} />;
      const diagram = diagramOf(node);
      return diagram === null ? (
        block
      ) : (
        <Suspense fallback={block}>
          <MermaidDiagram source={diagram}>{block}</MermaidDiagram>
        </Suspense>
      );
    },
    // The text may come from a model; an image would be a request to wherever it says.
    img: ({ alt }) => <span>{alt}</span>,
  };
}

export interface MarkdownViewProps {
  text: string;
  resolve?: ResolveLink;
  /** Told of the headings once they are on the page; only then do they have ids. */
  onHeadings?: (headings: readonly Heading[]) => void;
}

export function MarkdownView({ text, resolve, onHeadings }: MarkdownViewProps) {
  const names = useContext(PatternNames);
  const anchors = onHeadings !== undefined;
  const box = useRef<HTMLDivElement>(null);
  const told = useRef("");
  // Read from the page after each paint, so that the list says what stands there, names for ids included.
  useEffect(() => {
    if (!onHeadings || !box.current) return;
    const found = [...box.current.querySelectorAll<HTMLElement>("h1[id],h2[id],h3[id]")].map(({ id, tagName, textContent }) => ({ level: Number(tagName.slice(1)), id, text: textContent ?? "" }));
    const now = JSON.stringify(found);
    if (told.current === now) return;
    told.current = now;
    onHeadings(found);
  });
  const rehype = useMemo(() => [[forPeople, { names, anchors }] satisfies [typeof forPeople, object]], [names, anchors]);
  const components = useMemo(() => componentsWith(resolve), [resolve]);
  return (
    <div ref={box} className="contents-root">
      <Markdown remarkPlugins={REMARK} rehypePlugins={rehype} components={components}>
        {text}
      </Markdown>
    </div>
  );
}
