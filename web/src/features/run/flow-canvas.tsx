import "@xyflow/react/dist/base.css";

import { ReactFlow, ReactFlowProvider, useReactFlow, useStore } from "@xyflow/react";
import type { Edge, EdgeTypes, Node, NodeTypes, Viewport } from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import { useEffect, useMemo } from "react";
import type { ReactNode } from "react";

import { canvas } from "@/shared/strings-canvas";
import { Button } from "@/shared/ui/button";

interface FlowCanvasProps {
  label: string;
  nodes: Node[];
  edges: Edge[];
  nodeTypes: NodeTypes;
  edgeTypes?: EdgeTypes;
  /** Size of what is drawn, in its own units; a change brings all of it into view again. */
  width: number;
  height: number;
  /** The element's height in pixels. */
  tall: number;
  /** What the lines mean. */
  legend?: ReactNode;
}

const NO_EDGE_TYPES: EdgeTypes = {};
/** Room around what is drawn, as a share of it. */
const ROOM = 1.03;
/** Whoever wants no motion gets the new place at once. */
const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? {} : { duration: 150 });

/** A picture of nodes and ways to pan and zoom. What can be chosen in it are links, so the keyboard needs nothing of its own. */
export function FlowCanvas(props: FlowCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ label, nodes, edges, nodeTypes, edgeTypes = NO_EDGE_TYPES, width, height, tall, legend }: FlowCanvasProps) {
  const flow = useReactFlow();
  const paneWidth = useStore((state) => state.width);
  const paneHeight = useStore((state) => state.height);
  // All that is drawn, ways included, and never larger than it was made.
  const whole = useMemo((): Viewport => {
    const zoom = Math.min(1, paneWidth / (width * ROOM), paneHeight / (height * ROOM));
    return { x: (paneWidth - width * zoom) / 2, y: (paneHeight - height * zoom) / 2, zoom };
  }, [paneWidth, paneHeight, width, height]);
  useEffect(() => {
    if (whole.zoom > 0) void flow.setViewport(whole);
  }, [flow, whole]);
  return (
    <div role="group" aria-label={label} className="space-y-2">
      <div style={{ height: tall }}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        minZoom={0.2}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        // The wheel scrolls the page; pinching and the buttons zoom.
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        // On a touch screen one finger scrolls the page, too.
        panOnDrag={!matchMedia("(pointer: coarse)").matches}
      />
      </div>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1">{legend}</div>
        <div className="flex gap-1">
          <FlowButton label={canvas.flow.closer} onClick={() => void flow.zoomIn(motion())}>
            <Plus aria-hidden />
          </FlowButton>
          <FlowButton label={canvas.flow.farther} onClick={() => void flow.zoomOut(motion())}>
            <Minus aria-hidden />
          </FlowButton>
          <FlowButton label={canvas.flow.whole} onClick={() => void flow.setViewport(whole, motion())}>
            <Maximize aria-hidden />
          </FlowButton>
        </div>
      </div>
    </div>
  );
}

function FlowButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Button size="icon" className="size-8 bg-surface shadow-card" aria-label={label} title={label} onClick={onClick}>
      {children}
    </Button>
  );
}
