import { Ban, Check, Circle, CircleDashed, Hourglass, LoaderCircle, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { groupsOf, stateOfGroup } from "@/features/run/workflow/workflow-groups";
import { classNames } from "@/shared/lib/class-names";
import { duration, words } from "@/shared/lib/format";
import { useNow } from "@/shared/lib/use-now";
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

/** How often a node went round and began again; empty when it did neither. */
export function nodeNotes({ rounds, retries, state }: NodeView): string {
  const counted = [rounds > 1 ? strings.run.rounds(rounds) : "", retries > 0 ? strings.run.retries(retries) : ""].filter(Boolean).join(", ");
  return counted === "" && (state === "skipped" || state === "waiting") ? strings.nodeStates[state] : counted;
}

/** The time that a node took, or has taken so far. */
export function nodeTime(node: NodeView, active: boolean, now: number): string | null {
  const running = node.state === "running" && active && node.startedAt !== null;
  const time = running ? Math.max(0, now - Date.parse(node.startedAt ?? "")) : node.durationMs;
  // How long it took to open a gate is not how long the gate waits.
  if (node.rounds === 0 || node.state === "waiting") return null;
  // A step that failed has no time of its own.
  if (!running) return time > 0 || node.state === "done" ? duration(time) : null;
  return time < 1_000 ? "" : duration(Math.floor(time / 1_000) * 1_000);
}

/** A state as a sign; the words stand beside it. */
export function NodeIcon({ state, stopped, className }: { state: NodeState; stopped: boolean; className?: string }) {
  const { Icon, className: colour, spins } = stopped ? { Icon: Ban, className: "text-ink-soft", spins: false } : looks[state];
  return <Icon className={classNames("size-4 shrink-0", colour, spins && "animate-spin", className)} aria-hidden />;
}

interface WorkflowListProps {
  nodes: readonly NodeView[];
  active: boolean;
  /** The node that waits for a person. */
  gateNode: string | null;
  chosen: string | null;
  linkTo: (node: string) => string;
}

/** The steps in their order; those that run side by side stand indented under what they do together. */
export function WorkflowList({ nodes, active, gateNode, chosen, linkTo }: WorkflowListProps) {
  const now = useNow(active);
  const item = (node: NodeView) => {
    const here = (node.state === "running" && active) || node.node === gateNode;
    return (
      <li key={node.node} className={classNames("rounded-lg", here && "bg-sunken", node.node === chosen && "bg-accent-soft")} aria-current={here ? "step" : undefined}>
        <Link to={linkTo(node.node)} replace preventScrollReset className="block rounded-lg -outline-offset-2 hover:bg-sunken" aria-current={node.node === chosen ? "true" : undefined}>
          <Row state={node.state} active={active} name={nodeName(node.node)} note={nodeNotes(node)} time={nodeTime(node, active, now)} />
        </Link>
      </li>
    );
  };
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

interface RowProps {
  state: NodeState;
  active: boolean;
  name: string;
  note: string;
  time?: ReactNode;
}

function Row({ state, active, name, note, time = null }: RowProps) {
  return (
    <div className="flex items-start gap-2.5 px-2 py-1.5 text-sm">
      <NodeIcon state={state} stopped={!active && (state === "running" || state === "waiting")} className="mt-0.5" />
      {/* In a narrow panel the figures stand below the name, which is not cut into pieces for them. */}
      <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-2 [overflow-wrap:break-word]">
        <span className={classNames("min-w-0", state === "pending" || state === "skipped" ? "text-ink-soft" : "font-medium")}>{name}</span>
        <span className="sr-only">, {strings.nodeStates[state]}</span>
        <span className="flex gap-x-2 text-xs text-ink-soft tabular-nums empty:hidden">
          {note ? <span>{note}</span> : null}
          {time === null ? null : <span>{time}</span>}
        </span>
      </span>
    </div>
  );
}
