import mermaid from "mermaid";
import { useEffect, useId, useState } from "react";
import type { ReactNode } from "react";

import { useDark } from "@/shared/lib/theme";
import { strings } from "@/shared/strings";
import { ScrollRegion } from "@/shared/ui/scroll-region";

/** The page's own colours, which follow the scheme without drawing anew; the library's own rules come after these. */
const COLOURS = `
  .node rect, .node circle, .node ellipse, .node polygon, .node path, .node .label-container { fill: var(--surface) !important; stroke: var(--line-strong) !important; }
  .node .label, .nodeLabel, .label text, .node text, .node tspan { fill: var(--ink) !important; color: var(--ink) !important; }
  .cluster rect { fill: var(--sunken) !important; stroke: var(--line) !important; }
  .cluster text, .cluster tspan, .cluster-label text { fill: var(--ink-soft) !important; }
  .edgePath .path, .flowchart-link { stroke: var(--line-strong) !important; }
  .marker, .arrowheadPath { fill: var(--line-strong) !important; stroke: var(--line-strong) !important; }
  .edgeLabel text, .edgeLabel tspan { fill: var(--ink-soft) !important; }
  .edgeLabel rect, .edgeLabel .background { fill: var(--surface) !important; }
  .node *, .cluster * { filter: none !important; }
`;

/** Nothing in the source can run, link or load: the text may come from a model. */
async function draw(id: string, source: string, dark: boolean): Promise<string> {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    theme: dark ? "dark" : "neutral",
    fontFamily: "inherit",
    themeCSS: COLOURS,
    htmlLabels: false,
    flowchart: { useMaxWidth: false },
  });
  return (await mermaid.render(id, source)).svg;
}

/** A diagram is made so much smaller, so that it fits; below it its words could not be read, and it scrolls. */
const SMALLEST = 0.65;

/** The width that it is drawn with, in pixels. */
function widthOf(svg: string): number {
  const width = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) /.exec(svg)?.[1];
  return width === undefined ? 640 : Math.ceil(Number(width));
}

type Drawn = { readonly svg: string; readonly width: number } | { readonly problem: string } | null;

/** A diagram from its source; the source can be read beside it, and stands alone where it cannot be drawn. */
export function MermaidDiagram({ source, children }: { source: string; children: ReactNode }) {
  const id = `diagram-${useId().replaceAll(/\W/g, "")}`;
  const dark = useDark();
  const [drawn, setDrawn] = useState<Drawn>(null);
  useEffect(() => {
    let wanted = true;
    draw(id, source, dark).then(
      (svg) => {
        if (wanted) setDrawn({ svg, width: widthOf(svg) });
      },
      (error: unknown) => {
        if (wanted) setDrawn({ problem: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      wanted = false;
    };
  }, [id, source, dark]);
  const failed = drawn !== null && "problem" in drawn;
  return (
    <figure className="space-y-2">
      {drawn !== null && "svg" in drawn ? (
        <ScrollRegion label={strings.common.picture} className="rounded-lg border border-line bg-surface p-3">
          {/* Mermaid cleans what it makes (DOMPurify), and the content security policy lets no script in it run. */}
          <div
            role="img"
            aria-label={strings.common.picture}
            className="[&_svg]:h-auto [&_svg]:w-full"
            style={{ width: drawn.width, maxWidth: "100%", minWidth: SMALLEST * drawn.width }}
            dangerouslySetInnerHTML={{ __html: drawn.svg }}
          />
        </ScrollRegion>
      ) : null}
      {failed ? (
        <p role="status" className="text-sm text-warn">
          {strings.common.notDrawn} <span className="text-ink-soft">{drawn.problem.split("\n")[0]}</span>
        </p>
      ) : null}
      {/* Another element once it is known to have failed, so that it is open then. */}
      <details key={String(failed)} open={failed} className="text-sm">
        <summary className="text-accent">{strings.common.diagram}</summary>
        {children}
      </details>
    </figure>
  );
}
