import { Suspense, lazy, useMemo } from "react";

import { NodeDetails } from "@/features/run/workflow/node-details";
import { WorkflowList } from "@/features/run/workflow/workflow-list";
import { loopsTaken } from "@/features/run/workflow/workflow-map";
import type { RunStanding } from "@/features/run/run-standing";
import { useLinks } from "@/features/run/use-links";
import { useNow } from "@/shared/lib/use-now";
import { useWidth } from "@/shared/lib/use-width";
import { canvas } from "@/shared/strings-canvas";
import { Skeleton } from "@/shared/ui/skeleton";

const WorkflowGraph = lazy(async () => ({ default: (await import("@/features/run/workflow/workflow-graph")).WorkflowGraph }));

/** Below this width the picture's words are too small, and the list says the same. */
const READABLE = 620;

/** The workflow as a picture, on a narrow page as a list; with what the chosen node did. */
export function WorkflowTab({ standing: { decisionSet, view, active, gateNode } }: { standing: RunStanding }) {
  const { value, link } = useLinks();
  const [box, width] = useWidth();
  const now = useNow(active);
  const chosen = value("node");
  const linkTo = useMemo(() => (node: string) => link({ tab: "workflow", node: node === chosen ? null : node }), [link, chosen]);
  const gates = useMemo(() => [...view.gates.values()], [view.gates]);
  const loops = useMemo(() => loopsTaken(view.nodes, gates), [view.nodes, gates]);
  const node = view.nodes.find((one) => one.node === chosen);
  const details = node ? (
    <NodeDetails
      key={node.node}
      address={{ projectId: decisionSet.project_id, runId: decisionSet.id }}
      node={node}
      records={decisionSet.agent_runs}
      cards={view.cards}
      gates={gates}
      active={active}
      closeTo={link({ node: null })}
      cardTo={(sequence) => link({ card: String(sequence) })}
    />
  ) : null;
  const hint = <p className="text-sm text-ink-soft">{canvas.workflow.hint}</p>;
  return (
    <div ref={box} className="space-y-4">
      {width === 0 ? null : width < READABLE ? (
        <>
        {hint}
        <WorkflowList nodes={view.nodes} active={active} gateNode={gateNode} chosen={chosen} linkTo={linkTo} />
        </>
      ) : (
        <Suspense fallback={<Skeleton lines={10} />}>
          <WorkflowGraph nodes={view.nodes} active={active} gateNode={gateNode} chosen={chosen} linkTo={linkTo} loops={loops} now={now} room={width} legend={hint} />
        </Suspense>
      )}
      <div aria-live="polite">{details}</div>
    </div>
  );
}
