import { PanelLeftClose, PanelLeftOpen, PanelRightClose, PanelRightOpen } from "lucide-react";
import { useEffect, useState } from "react";
import type { ReactNode, RefObject } from "react";
import { Group, Panel, Separator, useDefaultLayout, usePanelRef } from "react-resizable-panels";
import type { PanelImperativeHandle } from "react-resizable-panels";

import { RUN_SEARCH } from "@/features/run/panels/library";
import { layoutStorage } from "@/features/run/panels/layout-storage";
import { classNames } from "@/shared/lib/class-names";
import { useShortcut } from "@/shared/lib/use-shortcut";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

/** After which a panel that was unfolded has been drawn. */
const FOLD_MS = 100;

interface PanelsProps {
  /** What else there is. */
  library: ReactNode;
  /** What is said. */
  conversation: ReactNode;
  /** What is made. */
  canvas: ReactNode;
  /** Told the element that scrolls the conversation, and `null` when it is gone. */
  onConversation: (box: HTMLElement | null) => void;
  /** Told how the canvas is folded, and `null` when there are no panels any more. */
  onCanvas: (fold: CanvasFold | null) => void;
}

/** The canvas beside the conversation. */
export interface CanvasFold {
  open: boolean;
  /** Folds it away, so that the conversation has its room, or brings it back. */
  toggle: () => void;
}

/** Three panels side by side, as wide as the person made them the last time; the outer two can be folded away. */
export function Panels({ library, conversation, canvas, onConversation, onCanvas }: PanelsProps) {
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({ id: "run", storage: layoutStorage });
  const [left, right] = [usePanelRef(), usePanelRef()];
  const [open, setOpen] = useState({ library: true, canvas: true });
  useShortcut("k", () => {
    left.current?.expand();
    // What is folded away can take the focus only when it has been drawn open.
    setTimeout(() => document.getElementById(RUN_SEARCH)?.focus(), open.library ? 0 : FOLD_MS);
  });
  useEffect(() => {
    onCanvas({ open: open.canvas, toggle: () => turn(right, open.canvas) });
    return () => onCanvas(null);
  }, [onCanvas, open.canvas, right]);
  return (
    <Group id="run" orientation="horizontal" defaultLayout={defaultLayout} onLayoutChanged={onLayoutChanged} className="min-h-0 flex-1">
      <Panel id="library" panelRef={left} collapsible minSize={200} defaultSize="15" onResize={({ inPixels }) => setOpen((known) => (known.library === inPixels > 0 ? known : { ...known, library: inPixels > 0 }))}>
        <Scrolled label={strings.panels.library} hidden={!open.library}>
          {library}
        </Scrolled>
      </Panel>
      <Handle label={strings.panels.resizeLibrary} />
      <Panel id="conversation" minSize={320} defaultSize="29">
        <div className="flex h-full flex-col">
          <div className="flex justify-between border-b border-line bg-surface px-2 py-1">
            <Fold panel={left} id="library" open={open.library} icons={[PanelLeftClose, PanelLeftOpen]} name={strings.panels.library} />
            <Fold panel={right} id="canvas" open={open.canvas} icons={[PanelRightClose, PanelRightOpen]} name={strings.panels.canvas} />
          </div>
          <Scrolled label={strings.panels.conversation} box={onConversation}>
            {conversation}
          </Scrolled>
        </div>
      </Panel>
      <Handle label={strings.panels.resizeCanvas} />
      <Panel id="canvas" panelRef={right} collapsible minSize={360} defaultSize="56" onResize={({ inPixels }) => setOpen((known) => (known.canvas === inPixels > 0 ? known : { ...known, canvas: inPixels > 0 }))}>
        <Scrolled label={strings.panels.canvas} hidden={!open.canvas}>
          {canvas}
        </Scrolled>
      </Panel>
    </Group>
  );
}

/**
 * A panel scrolls on its own, and is reachable by keyboard for that. What is folded away is out of reach. It is
 * `relative` so that words for screen readers, which are placed absolutely, do not make the page itself higher.
 */
function Scrolled({ label, hidden = false, box, children }: { label: string; hidden?: boolean; box?: (element: HTMLElement | null) => void; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={box} role="region" aria-label={label} tabIndex={0} inert={hidden} className={classNames("@container relative h-full min-h-0 flex-1 overflow-x-hidden overflow-y-auto -outline-offset-2", hidden && "invisible")}>
      <div className="space-y-5 p-4">{children}</div>
    </div>
  );
}

/** The line between two panels: by mouse, touch, or the arrow keys. */
function Handle({ label }: { label: string }) {
  return (
    <Separator
      aria-label={label}
      className="group relative w-1.5 bg-line outline-none hover:bg-accent-solid focus-visible:bg-accent-solid data-[separator=active]:bg-accent-solid data-[separator=hover]:bg-accent-solid"
    >
      <span aria-hidden className="absolute top-1/2 left-1/2 h-8 w-0.5 -translate-1/2 rounded bg-line-strong group-hover:bg-on-accent group-focus-visible:bg-on-accent" />
    </Separator>
  );
}

type Icon = typeof PanelLeftClose;

interface FoldProps {
  panel: RefObject<PanelImperativeHandle | null>;
  id: string;
  open: boolean;
  icons: readonly [close: Icon, open: Icon];
  name: string;
}

/** Folds a panel away that is open, and brings back one that is not. */
function turn(panel: FoldProps["panel"], open: boolean): void {
  if (open) panel.current?.collapse();
  else panel.current?.expand();
}

function Fold({ panel, id, open, icons: [Close, Open], name }: FoldProps) {
  const words = open ? strings.panels.fold(name) : strings.panels.unfold(name);
  return (
    <Button
      tone="quiet"
      size="small"
      aria-expanded={open}
      aria-controls={id}
      aria-label={words}
      title={words}
      onClick={() => turn(panel, open)}
    >
      {open ? <Close aria-hidden /> : <Open aria-hidden />}
    </Button>
  );
}
