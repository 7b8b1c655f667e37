import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useParams } from "react-router";

import { CardList } from "@/features/run/card-list";
import { patternNamesOf } from "@/features/run/plan/design-facts";
import { EndingPanel } from "@/features/run/ending-panel";
import { FinalGate } from "@/features/run/gates/final-gate";
import { FollowUp } from "@/features/run/follow-up";
import { gateKey } from "@/features/run/gates/gate-key";
import { GateConflict } from "@/features/run/gates/gate-conflict";
import { GateHistory } from "@/features/run/gates/gate-history";
import { InputGate } from "@/features/run/gates/input-gate";
import { RequirementPanel } from "@/features/run/requirement-panel";
import { Library } from "@/features/run/panels/library";
import { Panels } from "@/features/run/panels/panels";
import type { CanvasFold } from "@/features/run/panels/panels";
import { Result } from "@/features/run/result";
import { RunHeader } from "@/features/run/run-header";
import { ThinkingList, ThoughtsContext } from "@/features/run/thinking";
import { useLinks } from "@/features/run/use-links";
import { WorkflowList } from "@/features/run/workflow/workflow-list";
import { asProblem } from "@/shared/api/problem";
import type { ApiProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { EvidenceLink, RunStatus } from "@/shared/api/types";
import { keep } from "@/shared/lib/kept";
import { useMedia } from "@/shared/lib/use-media";
import { kindOfGate } from "@/shared/live/fold";
import type { CardView } from "@/shared/live/fold";
import { useRunFeed } from "@/shared/live/use-run-feed";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { Movable, Place, useMovable } from "@/shared/ui/movable";
import { Notice } from "@/shared/ui/notice";
import { ProblemPage } from "@/shared/ui/problem-page";
import { PatternNames } from "@/shared/ui/prose";
import { ScrollBox } from "@/shared/ui/scroll-box";
import { Skeleton } from "@/shared/ui/skeleton";

/** How often a run that should be going on is asked whether it is. */
const JOB_INTERVAL_MS = 20_000;

const STACK = "space-y-5";

export default function RunPage() {
  const { projectId = "", decisionSetId = "" } = useParams();
  // Another run is another page: nothing of the one before stays.
  return <RunOf key={`${projectId}/${decisionSetId}`} projectId={projectId} runId={decisionSetId} />;
}

function hasEnded(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "rejected" || status === "cancelled";
}

/** Where the words are that the decisions rest on, each once. */
function evidenceOf(cards: readonly CardView[], linked: number): EvidenceLink[] {
  const all = new Map<string, EvidenceLink>();
  for (const { card, sequence } of cards) {
    if (linked && sequence !== linked) continue;
    for (const link of card.evidence) all.set(`${link.start} ${link.end} ${link.quote}`, link);
  }
  return [...all.values()];
}

function RunOf({ projectId, runId }: RunAddress) {
  const address = useMemo(() => ({ projectId, runId }), [projectId, runId]);
  const client = useQueryClient();
  const { value, link } = useLinks();
  const wide = useMedia("(min-width: 64rem)");
  // The two layouts have other places for the same parts: a window that is made narrower must cost nobody their words.
  const [openingElement, canvasElement, restElement] = [useMovable(STACK), useMovable(STACK), useMovable(STACK)];
  const [conversationBox, setConversationBox] = useState<HTMLElement | null>(null);
  const [fold, setFold] = useState<CanvasFold | null>(null);
  const { view, thoughts, ready, fetchError, catchUp } = useRunFeed(projectId, runId);
  const query = useQuery(queries.decisionSet(address));
  const decisionSet = query.data;
  const [conflict, setConflict] = useState<ApiProblem | null>(null);

  // The events are the truth about where the run stands; the record is what was read some time ago.
  const status: RunStatus = view.status ?? decisionSet?.status ?? "queued";
  const ended = hasEnded(status);
  const job = useQuery({
    ...queries.job(projectId, decisionSet?.job_id ?? ""),
    enabled: decisionSet !== undefined && !ended,
    refetchInterval: JOB_INTERVAL_MS,
  });

  // Whenever a node is done or a gate moves there is more to read.
  const milestone = `${status}/${view.attempt}/${view.openGate}/${view.nodes.map(({ state, rounds }) => (state === "running" ? rounds - 1 : rounds)).join()}`;
  const seen = useRef("");
  useEffect(() => {
    if (seen.current === milestone) return;
    seen.current = milestone;
    void client.invalidateQueries({ queryKey: queries.decisionSet(address).queryKey, exact: true });
    if (ended) void client.invalidateQueries({ queryKey: queries.artifacts(address).queryKey });
  }, [client, address, milestone, ended]);

  // What the agents decide is seen first; the words they rest on and the canvas follow when there is time.
  const lateView = useDeferredValue(view);
  const linked = Number(value("card"));
  const evidence = useMemo(() => evidenceOf(lateView.cards, linked), [lateView.cards, linked]);
  const lateGate = lateView.openGate === null ? null : `hitl_gate_${kindOfGate(lateView.openGate)}`;
  const interrupted = job.data?.interrupted === true && !ended;
  const active = !ended && !interrupted;
  const standing = useMemo(() => (decisionSet ? { decisionSet, view: lateView, active, gateNode: lateGate } : null), [decisionSet, lateView, active, lateGate]);
  const gates = useMemo(() => [...view.gates.values()], [view.gates]);
  // What was typed at a gate is of use until somebody has decided there, whoever it was.
  useEffect(() => {
    for (const { id, status: decided } of gates) if (decided !== "pending") keep(gateKey(address, id), null);
  }, [address, gates]);
  const openGate = view.openGate;
  const plan = decisionSet?.plan;
  const names = useMemo(() => patternNamesOf(plan), [plan]);

  if (query.error && !decisionSet) return <ProblemPage problem={asProblem(query.error)} missing={strings.run.notFoundTitle} onRetry={() => void query.refetch()} />;
  if (!decisionSet) {
    return (
      <div className="mx-auto max-w-6xl px-4 py-8">
        <Skeleton lines={8} />
      </div>
    );
  }

  const gate = openGate ? view.gates.get(openGate) : undefined;
  const conflictAt = (problem: ApiProblem) => {
    setConflict(problem);
    catchUp();
  };
  const gateNode = openGate === null ? null : `hitl_gate_${kindOfGate(openGate)}`;

  const library = (
    <>
      <h2 className="text-sm font-semibold">{strings.library.title}</h2>
      <Library address={address} status={status} />
      <section aria-labelledby="workflow" className="space-y-2 border-t border-line pt-4">
        <h2 id="workflow" className="text-sm font-semibold">
          {strings.run.workflow}
        </h2>
        <WorkflowList nodes={view.nodes} active={active} gateNode={gateNode} chosen={value("node")} linkTo={(node) => link({ tab: "workflow", node })} />
      </section>
    </>
  );
  const opening = (
    <>
      <RunHeader address={address} decisionSet={decisionSet} view={view} status={status} ended={ended} />
      {!ready && fetchError !== null ? (
        <Notice tone="warn" role="status" title={strings.errors.loadFailed} actions={<Button onClick={catchUp}>{strings.common.retry}</Button>}>
          <p>{asProblem(fetchError).message}</p>
        </Notice>
      ) : null}
      {/* It stays until it is read: by then the run may be at the next gate. */}
      {conflict ? <GateConflict problem={conflict} onClose={() => setConflict(null)} /> : null}
      <EndingPanel
        address={address}
        status={status}
        failure={view.failure ?? decisionSet.failure ?? null}
        interrupted={interrupted}
        ending={view.ending}
        onResumed={() => {
          catchUp();
          void job.refetch();
        }}
      />
      {gate && gate.status === "pending" ? (
        interrupted ? (
          <Card className="space-y-2 p-4" aria-labelledby="held-gate">
            <h2 id="held-gate" className="text-lg font-semibold">
              {kindOfGate(gate.id) === "input" ? strings.gate.inputTitle : strings.gate.finalTitle}
            </h2>
            <p className="text-sm text-ink-soft">{strings.gate.interrupted}</p>
          </Card>
        ) : kindOfGate(gate.id) === "input" ? (
          <InputGate key={gate.id + gate.subject_hash} gate={gate} address={address} onDecided={catchUp} onConflict={conflictAt} />
        ) : (
          <FinalGate key={gate.id + gate.subject_hash} gate={gate} address={address} decisionSet={decisionSet} onDecided={catchUp} onConflict={conflictAt} fold={fold} />
        )
      ) : null}
      {/* After whatever somebody is asked or told: that comes first. */}
      <Card className="px-4 py-2">
        <details open={wide}>
          <summary className="py-1.5 text-sm font-semibold">{strings.run.overview}</summary>
          <div className="space-y-4 pt-2 pb-2">
            <RequirementPanel requirement={decisionSet.requirement} evidence={evidence} />
            <GateHistory gates={gates} />
          </div>
        </details>
      </Card>
    </>
  );
  // What is stored can be read while the events are still on their way.
  const canvas = standing && (ready || ended) ? <Result address={address} standing={standing} /> : <Skeleton lines={6} />;
  const rest = (
    <>
      {ready ? (
        <>
          <CardList cards={view.cards} dropped={view.droppedCards} thinking={thoughts.size > 0} requirement={decisionSet.requirement} ended={ended} />
          <ThinkingList />
        </>
      ) : (
        <Skeleton lines={6} />
      )}
      {ended ? <FollowUp address={address} decisionSet={decisionSet} /> : null}
    </>
  );

  return (
    <PatternNames value={names}>
      {/* Whoever is in another tab meanwhile sees there that the run waits or has ended. */}
      <title>{`${interrupted ? strings.run.interruptedTitle : strings.status[status]} · ${decisionSet.title} · ${strings.app.name}`}</title>
      {wide ? (
        <Panels
          library={library}
          onConversation={setConversationBox}
          onCanvas={setFold}
          conversation={
            <>
              <Place of={openingElement} />
              <Place of={restElement} />
            </>
          }
          canvas={<Place of={canvasElement} />}
        />
      ) : (
        <div className="@container mx-auto space-y-5 px-4 py-6">
          <Place of={openingElement} />
          <Place of={canvasElement} />
          <Place of={restElement} />
          <Card className="px-4 py-2">
            <details>
              <summary className="py-1.5 text-sm font-semibold">{strings.library.title}</summary>
              <div className="pt-2 pb-2">
                <Library address={address} status={status} />
              </div>
            </details>
          </Card>
        </div>
      )}
      <Movable element={openingElement}>{opening}</Movable>
      <ThoughtsContext value={thoughts}>
        <Movable element={canvasElement}>{canvas}</Movable>
        <Movable element={restElement}>
          <ScrollBox value={conversationBox}>{rest}</ScrollBox>
        </Movable>
      </ThoughtsContext>
    </PatternNames>
  );
}
