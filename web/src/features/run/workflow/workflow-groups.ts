/** Steps that run side by side, as one group. Pure. */
import { sideBySide } from "@/shared/live/fold";
import type { NodeState, NodeView } from "@/shared/live/fold";

export type WorkflowGroup = { readonly kind: "node"; readonly node: NodeView } | { readonly kind: "group"; readonly name: string; readonly nodes: NodeView[] };

/** Neighbours of one family become a group. */
export function groupsOf(nodes: readonly NodeView[]): WorkflowGroup[] {
  const groups: WorkflowGroup[] = [];
  for (const node of nodes) {
    const name = sideBySide(node.node);
    const last = groups.at(-1);
    if (name === null) groups.push({ kind: "node", node });
    else if (last?.kind === "group" && last.name === name) last.nodes.push(node);
    else groups.push({ kind: "group", name, nodes: [node] });
  }
  return groups;
}

/** Where the group stands as a whole. */
export function stateOfGroup(nodes: readonly NodeView[]): NodeState {
  const all = (...states: NodeState[]) => nodes.every(({ state }) => states.includes(state));
  const some = (state: NodeState) => nodes.some((node) => node.state === state);
  if (some("failed")) return "failed";
  if (all("skipped")) return "skipped";
  if (all("done", "skipped")) return "done";
  return some("running") || some("done") ? "running" : "pending";
}
