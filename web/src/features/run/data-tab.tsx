import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useMemo } from "react";
import type { ReactNode } from "react";

import type { RunStanding } from "@/features/run/run-standing";
import { useLinks } from "@/features/run/use-links";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { ArtifactLink, DecisionSet, Event } from "@/shared/api/types";
import { bytes, clockTime, exactTime } from "@/shared/lib/format";
import { saveAs } from "@/shared/lib/save-as";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";
import { edits } from "@/shared/strings-edits";
import { Badge } from "@/shared/ui/badge";
import { Button } from "@/shared/ui/button";
import { CodeView } from "@/shared/ui/code-view";
import { CopyButton } from "@/shared/ui/copy-button";
import { Select } from "@/shared/ui/field";
import { Notice } from "@/shared/ui/notice";

/** For the curious: downloads, the events as they were stored, and the record as the API tells it. */
export function DataTab({ address, standing: { decisionSet, view } }: { address: RunAddress; standing: RunStanding }) {
  const artifacts = useQuery({ ...queries.artifacts(address), enabled: Boolean(decisionSet.result) });
  return (
    <div className="space-y-7">
      <Downloads address={address} decisionSet={decisionSet} artifacts={artifacts.data?.artifacts ?? []} />
      <Events address={address} newest={view.lastSequence} />
      <RecordView decisionSet={decisionSet} />
    </div>
  );
}

function Downloads({ address, decisionSet, artifacts }: { address: RunAddress; decisionSet: DecisionSet; artifacts: readonly ArtifactLink[] }) {
  const of = canvas.data;
  const bundle = artifacts.find(({ path }) => path === decisionSet.result?.bundle.path);
  const history = artifacts.find(({ path }) => path === decisionSet.result?.history?.path);
  const named = (path: string) => (path === bundle?.path ? of.bundle : path === history?.path ? edits.git.item : path.replace("repository/", ""));
  const noted = (path: string, size: number) => (path === history?.path ? `${bytes(size)}, ${edits.git.command(fileName(path))}` : bytes(size));
  const reports = artifacts.filter(({ path }) => decisionSet.reports?.files.some((file) => path === `repository/${file.path}`));
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{of.downloads}</h3>
      <ul className="grid gap-2 text-sm @2xl:grid-cols-2 @7xl:grid-cols-3">
        {[...(bundle ? [bundle] : []), ...(history ? [history] : []), ...reports].map(({ path, url, size_bytes }) => (
          <Item key={path} name={named(path)} note={noted(path, size_bytes)}>
            <a href={url} download={fileName(path)} aria-label={of.download(path)} title={of.download(path)}>
              <Download aria-hidden />
            </a>
          </Item>
        ))}
        <Item name={of.record} note="JSON">
          <button type="button" aria-label={of.download(of.record)} title={of.download(of.record)} onClick={() => saveAs(`${address.runId}.json`, "application/json", JSON.stringify(decisionSet, null, 2))}>
            <Download aria-hidden />
          </button>
        </Item>
      </ul>
    </section>
  );
}

function fileName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function Item({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <li className="flex items-center justify-between gap-3 rounded-lg border border-line py-1.5 ps-3 pe-1.5">
      <span className="min-w-0">
        <span className="block truncate font-medium">{name}</span>
        <span className="text-xs text-ink-soft">{note}</span>
      </span>
      <Button asChild tone="quiet" size="icon">
        {children}
      </Button>
    </li>
  );
}

const TYPES: readonly Event["type"][] = ["workflow-start", "node-start", "reason-card", "node-complete", "questions-presented", "workflow-paused", "gate-held", "auto-approving", "workflow-resumed", "workflow-complete", "error", "files-edited"];

/** What an event is about, in a few words. */
function subject(event: Event): string {
  switch (event.type) {
    case "workflow-start":
      return canvas.data.attempt(event.data.attempt);
    case "node-start":
    case "node-complete":
      return `${event.data.step.node} #${event.data.step.iteration}`;
    case "reason-card":
      return `${event.data.agent}: ${event.data.decision}`;
    case "questions-presented":
    case "workflow-paused":
      return event.data.gate.id;
    case "gate-held":
    case "auto-approving":
    case "workflow-resumed":
      return event.data.gate;
    case "workflow-complete":
      return event.data.summary;
    case "error":
      return `${event.data.error}: ${event.data.cause}`;
    case "files-edited":
      return event.data.files.map(({ path }) => path).join(", ");
    default:
      // A newer server may tell more than this page knows.
      event satisfies never;
      return "";
  }
}

function Events({ address, newest }: { address: RunAddress; newest: number }) {
  const of = canvas.data;
  const { value, go } = useLinks();
  const list = useInfiniteQuery(queries.events(address, newest));
  const wanted = TYPES.find((type) => type === value("event")) ?? null;
  const events = useMemo(() => list.data?.pages.flatMap((page) => page.events) ?? [], [list.data]);
  const shown = wanted === null ? events : events.filter(({ type }) => type === wanted);
  return (
    <section className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="font-semibold">
          {of.events} <span className="font-normal text-ink-soft">({of.shown(shown.length, newest)})</span>
        </h3>
        <div className="flex flex-wrap gap-2">
          <Select aria-label={of.type} value={wanted ?? ""} onChange={(event) => go({ event: event.target.value || null })} className="min-h-8 w-auto">
            <option value="">
              {of.type}: {strings.run.filterAll}
            </option>
            {TYPES.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </Select>
          <Button size="small" onClick={() => saveAs(`${address.runId}.events.jsonl`, "application/jsonl", events.map((event) => JSON.stringify(event)).join("\n"))}>
            <Download aria-hidden />
            {of.saveEvents}
          </Button>
        </div>
      </div>
      {list.error ? <Notice tone="warn" title={asProblem(list.error).message} /> : null}
      <ol className="divide-y divide-line rounded-lg border border-line text-sm">
        {shown.map((event) => (
          <li key={event.sequence} className={shown.length > 60 ? "[contain-intrinsic-size:auto_2.25rem] [content-visibility:auto]" : undefined}>
            <details>
              {/* Where there is little room, what it is about stands in a line of its own. */}
              <summary className="grid grid-cols-[2rem_1fr_auto] items-baseline gap-x-3 px-3 py-1.5 hover:bg-sunken @2xl:grid-cols-[2rem_9rem_1fr_auto]">
                <span className="text-end text-xs text-ink-soft tabular-nums">{event.sequence}</span>
                <span>
                  <Badge>{event.type}</Badge>
                </span>
                <span className="col-span-2 col-start-2 row-start-2 truncate @2xl:col-span-1 @2xl:col-start-3 @2xl:row-start-1">{subject(event)}</span>
                <time dateTime={event.at} title={exactTime(event.at)} className="text-xs text-ink-soft tabular-nums">
                  {clockTime(event.at)}
                </time>
              </summary>
              <Json value={event} label={of.event(event.sequence)} />
            </details>
          </li>
        ))}
      </ol>
      {list.hasNextPage ? (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {strings.common.more}
        </Button>
      ) : null}
    </section>
  );
}

function Json({ value, label }: { value: unknown; label: string }) {
  return (
    // It may scroll.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre tabIndex={0} role="region" aria-label={label} className="max-h-96 overflow-auto border-t border-line bg-sunken/50 p-3 font-mono text-xs leading-5">
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}

/** A part of the record at a time: all of it is long. */
function RecordView({ decisionSet }: { decisionSet: DecisionSet }) {
  const of = canvas.data;
  const { value, go } = useLinks();
  const parts = Object.entries(decisionSet).filter(([, part]) => typeof part === "object" && part !== null);
  const name = value("part");
  const chosen = parts.find(([key]) => key === name) ?? parts.find(([key]) => key === "plan") ?? parts[0];
  if (!chosen) return null;
  const text = JSON.stringify(chosen[1], null, 2);
  return (
    <section className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="font-semibold">{of.json}</h3>
        <div className="flex items-center gap-2">
          <Select aria-label={of.part} value={chosen[0]} onChange={(event) => go({ part: event.target.value })} className="min-h-8 w-auto">
            {parts.map(([key]) => (
              <option key={key}>{key}</option>
            ))}
          </Select>
          <CopyButton text={text} />
        </div>
      </div>
      <CodeView key={chosen[0]} code={text} path={`${chosen[0]}.json`} />
    </section>
  );
}
