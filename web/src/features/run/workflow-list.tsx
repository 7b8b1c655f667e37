import { Ban, Check, Circle, CircleDashed, Hourglass, LoaderCircle, TriangleAlert } from "lucide-react";

import { duration } from "@/shared/lib/format";
import { useNow } from "@/shared/lib/use-now";
import { classNames } from "@/shared/lib/class-names";
import { kindOfGate } from "@/shared/live/fold";
import type { NodeState, NodeView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";
import { words } from "@/shared/lib/format";

const looks: Readonly<Record<NodeState, { Icon: typeof Circle; className: string; spins?: boolean }>> = {
  pending: { Icon: Circle, className: "text-line-strong" },
  running: { Icon: LoaderCircle, className: "text-accent", spins: true },
  waiting: { Icon: Hourglass, className: "text-warn" },
  done: { Icon: Check, className: "text-good" },
  skipped: { Icon: CircleDashed, className: "text-line-strong" },
  failed: { Icon: TriangleAlert, className: "text-bad" },
};

export function nodeName(node: string): string {
  return strings.nodes[node] ?? words(node);
}

export function WorkflowList({ nodes, active, openGate }: { nodes: readonly NodeView[]; active: boolean; openGate: string | null }) {
  const now = useNow(active);
  return (
    <ol className="space-y-0.5">
      {nodes.map((node) => {
        const stopped = !active && (node.state === "running" || node.state === "waiting");
        const { Icon, className, spins } = stopped ? { Icon: Ban, className: "text-ink-soft", spins: false } : looks[node.state];
        const running = node.state === "running" && !stopped && node.startedAt !== null;
        const time = running ? Math.max(0, now - Date.parse(node.startedAt ?? "")) : node.durationMs;
        const gateHere = openGate !== null && node.node === `hitl_gate_${kindOfGate(openGate)}`;
        return (
          <li
            key={node.node}
            className={classNames("flex items-start gap-2.5 rounded-lg px-2 py-1.5 text-sm", (running || gateHere) && "bg-sunken")}
            aria-current={running || gateHere ? "step" : undefined}
          >
            <Icon className={classNames("mt-0.5 size-4 shrink-0", className, spins && "animate-spin")} aria-hidden />
            <span className="min-w-0 flex-1">
              <span className={classNames(node.state === "pending" || node.state === "skipped" ? "text-ink-soft" : "font-medium")}>{nodeName(node.node)}</span>
              <span className="sr-only">, {strings.nodeStates[node.state]}</span>
              {node.rounds > 1 ? <span className="ms-1.5 text-xs text-ink-soft">{strings.run.rounds(node.rounds)}</span> : null}
              {node.state === "skipped" || node.state === "waiting" ? <span className="block text-xs text-ink-soft" aria-hidden>{strings.nodeStates[node.state]}</span> : null}
            </span>
            {node.rounds > 0 ? <span className="shrink-0 text-xs text-ink-soft tabular-nums">{running && time < 1_000 ? "" : duration(running ? Math.floor(time / 1_000) * 1_000 : time)}</span> : null}
          </li>
        );
      })}
    </ol>
  );
}
