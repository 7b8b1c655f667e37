import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { changesOf } from "@/features/run/plan/plan-changes";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { signedUsd, usd, words } from "@/shared/lib/format";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";

/** What the plan at the gate changes of the version before; silent when there is none, or it has no plan. */
export function GateChanges({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  const parentId = decisionSet.parent ?? "";
  const parent = useQuery({ ...queries.decisionSet({ projectId: address.projectId, runId: parentId }), enabled: parentId !== "", staleTime: 60_000 });
  const before = parent.data;
  if (!before?.plan || !decisionSet.plan) return null;
  const of = strings.gate;
  const parts = changesOf(before.plan, decisionSet.plan);
  const [was, is] = [before.cost_review?.estimate.expected_usd, decisionSet.cost_review?.estimate.expected_usd];
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">
        {of.against}{" "}
        <Link to={paths.run(address.projectId, parentId)} className="font-normal text-accent underline underline-offset-2">
          {strings.run.version(before.version)}
        </Link>
      </h3>
      <ul className="list-disc space-y-1 ps-5 text-sm">
        {was !== undefined && is !== undefined ? (
          <li>
            {strings.result.costDelta}: {usd(was)} → <strong>{usd(is)}</strong> ({usd(Math.abs(is - was)) === usd(0) ? of.noChange : signedUsd(is - was)})
          </li>
        ) : null}
        {parts.map(({ capability, before: from, after: to }) => (
          <li key={capability}>
            {words(capability)}: <span className="text-ink-soft">{from.join(", ") || strings.common.none}</span> → <strong>{to.join(", ") || strings.common.none}</strong>
          </li>
        ))}
        {parts.length === 0 ? <li>{of.sameParts}</li> : null}
      </ul>
    </section>
  );
}
