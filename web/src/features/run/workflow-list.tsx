import { Ban, Check, Circle, CircleDashed, Hourglass, LoaderCircle, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { groupsOf, stateOfGroup } from "@/features/run/workflow-groups";
import { classNames } from "@/shared/lib/class-names";
import { duration, words } from "@/shared/lib/format";
import { useNow } from "@/shared/lib/use-now";
import { kindOfGate } from "@/shared/live/fold";
import type { NodeState, NodeView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";

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

interface WorkflowListProps {
  nodes: readonly NodeView[];
  active: boolean;
  openGate: string | null;
}

/** The steps in their order; those that run side by side stand indented under what they do together. */
export function WorkflowList({ nodes, active, openGate }: WorkflowListProps) {
  const now = useNow(active);
  const gateNode = openGate === null ? null : `hitl_gate_${kindOfGate(openGate)}`;
  const item = (node: NodeView) => <NodeItem key={node.node} node={node} active={active} here={node.node === gateNode} now={now} />;
  return (
    <ol className="space-y-0.5">
      {groupsOf(nodes).map((group) => {
        if (group.kind === "node") return item(group.node);
        const state = stateOfGroup(group.nodes);
        const done = group.nodes.filter((node) => node.state === "done").length;
        return (
          <li key={group.name}>
            <Row state={state} active={active} name={nodeName(group.name)} note={strings.run.partsDone(done, group.nodes.length)} />
            <ol aria-label={nodeName(group.name)} className="ms-4 space-y-0.5 border-s border-line ps-1.5">
              {group.nodes.map(item)}
            </ol>
          </li>
        );
      })}
    </ol>
  );
}

function NodeItem({ node, active, here, now }: { node: NodeView; active: boolean; here: boolean; now: number }) {
  const running = node.state === "running" && active && node.startedAt !== null;
  const time = running ? Math.max(0, now - Date.parse(node.startedAt ?? "")) : node.durationMs;
  return (
    <li className={classNames("rounded-lg", (running || here) && "bg-sunken")} aria-current={running || here ? "step" : undefined}>
      <Row
        state={node.state}
        active={active}
        name={nodeName(node.node)}
        note={node.rounds > 1 ? strings.run.rounds(node.rounds) : null}
        below={node.state === "skipped" || node.state === "waiting" ? strings.nodeStates[node.state] : null}
        time={node.rounds > 0 ? (running && time < 1_000 ? "" : duration(running ? Math.floor(time / 1_000) * 1_000 : time)) : null}
      />
    </li>
  );
}

interface RowProps {
  state: NodeState;
  active: boolean;
  name: string;
  note?: string | null;
  below?: string | null;
  time?: ReactNode;
}

function Row({ state, active, name, note = null, below = null, time = null }: RowProps) {
  const stopped = !active && (state === "running" || state === "waiting");
  const { Icon, className, spins } = stopped ? { Icon: Ban, className: "text-ink-soft", spins: false } : looks[state];
  return (
    <div className="flex items-start gap-2.5 px-2 py-1.5 text-sm">
      <Icon className={classNames("mt-0.5 size-4 shrink-0", className, spins && "animate-spin")} aria-hidden />
      <span className="min-w-0 flex-1">
        <span className={classNames(state === "pending" || state === "skipped" ? "text-ink-soft" : "font-medium")}>{name}</span>
        <span className="sr-only">, {strings.nodeStates[state]}</span>
        {note ? <span className="ms-1.5 text-xs text-ink-soft">{note}</span> : null}
        {below ? (
          <span className="block text-xs text-ink-soft" aria-hidden>
            {below}
          </span>
        ) : null}
      </span>
      {time === null ? null : <span className="shrink-0 text-xs text-ink-soft tabular-nums">{time}</span>}
    </div>
  );
}
