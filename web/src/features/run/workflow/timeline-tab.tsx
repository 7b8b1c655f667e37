import { useMemo } from "react";
import { Link } from "react-router";

import type { RunStanding } from "@/features/run/run-standing";
import { barsOf, scaleOf } from "@/features/run/workflow/timeline";
import type { Bar, Scale } from "@/features/run/workflow/timeline";
import { useLinks } from "@/features/run/use-links";
import { nodeName } from "@/features/run/workflow/workflow-list";
import { classNames } from "@/shared/lib/class-names";
import { duration } from "@/shared/lib/format";
import { useNow } from "@/shared/lib/use-now";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";

const LOOKS: Readonly<Record<Bar["kind"], string>> = { work: "bg-accent-solid", running: "bg-accent-solid animate-pulse", wait: "bg-warn/45" };

/** When each step was at work: a row for each, to scale, with long waits cut short. */
export function TimelineTab({ standing: { decisionSet, view, active } }: { standing: RunStanding }) {
  const now = useNow(active);
  const { link } = useLinks();
  const bars = useMemo(() => barsOf(decisionSet.agent_runs, [...view.gates.values()], view.nodes, active, now), [decisionSet.agent_runs, view.gates, view.nodes, active, now]);
  const scale = useMemo(() => scaleOf(bars), [bars]);
  const of = canvas.timeline;
  if (bars.length === 0) return <p className="py-6 text-center text-sm text-ink-soft">{of.empty}</p>;
  const waited = bars.filter(({ kind }) => kind === "wait").reduce((sum, { from, to }) => sum + to - from, 0);
  // A node that the events do not name, of an older run, has its row at the end.
  const order = [...new Set([...view.nodes.map(({ node }) => node), ...bars.map(({ node }) => node)])];
  return (
    <div className="space-y-4">
      <dl className="flex flex-wrap gap-x-10 gap-y-2">
        {(
          [
            [of.whole, scale.whole],
            [of.work, scale.work],
            [of.waited, waited],
          ] as const
        ).map(([label, time]) => (
          <div key={label}>
            <dt className="text-xs font-semibold text-ink-soft">{label}</dt>
            <dd className="text-lg font-semibold tabular-nums">{duration(time)}</dd>
          </div>
        ))}
      </dl>
      <table className="w-full table-fixed border-collapse text-sm">
        <caption className="sr-only">{of.title}</caption>
        <thead className="text-xs text-ink-soft">
          <tr className="text-start">
            <th scope="col" className="w-32 py-1 text-start font-semibold @2xl:w-52">
              {of.step}
            </th>
            <th scope="col" className="py-1 text-start font-semibold">
              {of.when}
            </th>
            <th scope="col" className="w-20 py-1 text-end font-semibold @2xl:w-28">
              {of.took}
            </th>
          </tr>
        </thead>
        <tbody>
          {order.map((node) => {
            const own = bars.filter((bar) => bar.node === node);
            if (own.length === 0) return null;
            const worked = own.filter(({ kind }) => kind !== "wait");
            const time = worked.reduce((sum, { from, to }) => sum + to - from, 0);
            return (
              <tr key={node} className="border-t border-line">
                <th scope="row" className="py-1.5 pe-3 text-start font-medium">
                  <Link to={link({ tab: "workflow", node })} preventScrollReset className="line-clamp-2 hover:underline">
                    {nodeName(node)}
                  </Link>
                </th>
                <td className="py-1.5">
                  <Track bars={own} scale={scale} />
                </td>
                <td className="py-1.5 text-end whitespace-nowrap tabular-nums">
                  {duration(time)}
                  {worked.length > 1 ? <span className="block text-xs text-ink-soft">{strings.run.rounds(worked.length)}</span> : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <ul aria-label={of.legendTitle} className="flex flex-wrap gap-x-5 gap-y-1 text-xs text-ink-soft">
        {(
          [
            ["work", "bg-accent-solid"],
            ["wait", "bg-warn/45"],
            ["gap", "time-gap border border-line"],
          ] as const
        ).map(([kind, look]) => (
          <li key={kind} className="flex items-center gap-2">
            <span aria-hidden className={classNames("inline-block h-3 w-6 rounded-sm", look)} />
            {of.legend[kind]}
          </li>
        ))}
      </ul>
    </div>
  );
}

const percent = (share: number) => `${(100 * share).toFixed(3)}%`;

function Track({ bars, scale }: { bars: readonly Bar[]; scale: Scale }) {
  const of = canvas.timeline;
  return (
    <div className="relative h-6 rounded bg-sunken/60">
      {scale.gaps.map(({ from, to }) => (
        <span key={from} className="time-gap absolute inset-y-0" title={of.gap(duration(to - from))} style={{ left: percent(scale.at(from)), width: percent(scale.at(to) - scale.at(from)) }} />
      ))}
      {bars.map(({ kind, iteration, from, to }) => (
        <span
          key={`${kind} ${iteration} ${from}`}
          title={kind === "wait" ? of.waiting(duration(to - from)) : of.bar(iteration + 1, duration(to - from))}
          className={classNames("absolute inset-y-1 min-w-[3px] rounded-sm", LOOKS[kind])}
          style={{ left: percent(scale.at(from)), width: percent(scale.at(to) - scale.at(from)) }}
        />
      ))}
    </div>
  );
}
