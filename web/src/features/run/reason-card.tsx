import { ChevronDown, Link as LinkIcon, Sparkles } from "lucide-react";
import { memo } from "react";
import type { ReactNode } from "react";

import { priorityTones } from "@/features/run/gates/input-gate";
import { verdictTones } from "@/features/run/plan/policy-table";
import { Excerpt, toWords } from "@/features/run/requirement-panel";
import { useLinks } from "@/features/run/use-links";
import type { ReasonCard, Thinker, Verdict } from "@/shared/api/types";
import type { Span } from "@/shared/lib/characters";
import { classNames } from "@/shared/lib/class-names";
import { percent, words } from "@/shared/lib/format";
import type { CardView } from "@/shared/live/fold";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import { CopyButton } from "@/shared/ui/copy-button";
import { Markdown } from "@/shared/ui/markdown";
import { Prose } from "@/shared/ui/prose";

/** After which the page shows what its address says. */
const DRAWN_MS = 50;

interface ReasonCardItemProps {
  view: CardView;
  requirement: string;
  open: boolean;
  onToggle: (sequence: number) => void;
}

export function cardElementId(sequence: number): string {
  return `card-${sequence}`;
}

/** One decision. */
export const ReasonCardItem = memo(function ReasonCardItem({ view, requirement, open, onToggle }: ReasonCardItemProps) {
  const { card, sequence } = view;
  const id = cardElementId(sequence);
  const trigger = strings.run.triggers[card.trigger];
  return (
    <article id={id} aria-labelledby={`${id}-decision`} className="scroll-mt-20 rounded-xl border border-line bg-surface shadow-card">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={`${id}-details`}
          onClick={() => onToggle(sequence)}
          className="w-full space-y-1.5 rounded-xl px-4 py-3.5 text-start hover:bg-sunken/60"
        >
          <span className="flex items-start justify-between gap-3">
            <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-soft">
              <span className="font-semibold text-accent">{card.agent}</span>
              {trigger ? <span>{trigger}</span> : null}
              {card.priority === "critical" || card.priority === "high" ? <Badge tone={priorityTones[card.priority]}>{strings.priorities[card.priority]}</Badge> : null}
            </span>
            <span className="flex shrink-0 items-center gap-2">
              <Meter value={card.confidence.value} />
              <ChevronDown className={classNames("size-4 text-ink-soft transition-transform", open && "rotate-180")} aria-hidden />
            </span>
          </span>
          <span id={`${id}-decision`} className="block font-medium">
            <Prose text={card.decision} />
          </span>
          {card.thinker.kind === "model" ? (
            <span className="flex items-center gap-1.5 text-xs text-ink-soft">
              <Sparkles className="size-3.5 text-accent" aria-hidden />
              {thinkerText(card.thinker)}
            </span>
          ) : null}
        </button>
      </h3>
      <div id={`${id}-details`} hidden={!open}>
        {open ? <Details sequence={sequence} card={card} requirement={requirement} /> : null}
      </div>
    </article>
  );
});

/** The confidence as words and as a bar; colour alone would not do. */
function Meter({ value }: { value: number }) {
  return (
    <span className="flex items-center gap-2 text-xs text-ink-soft">
      <span className="tabular-nums">{strings.run.confidence(percent(value))}</span>
      <span className="block h-1 w-12 overflow-hidden rounded-full bg-line" aria-hidden>
        <span className={classNames("block h-full", value >= 0.75 ? "bg-good" : value >= 0.5 ? "bg-warn" : "bg-bad")} style={{ width: percent(value).replace(" ", "") }} />
      </span>
    </span>
  );
}

function thinkerText(thinker: Thinker): string {
  return thinker.kind === "model" ? strings.run.thinker.model(thinker.provider, thinker.model) : strings.run.thinker.built_in_rules;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-1.5">
      <h4 className="text-xs font-semibold tracking-wide text-ink-soft uppercase">{title}</h4>
      {children}
    </section>
  );
}

function isVerdict(verdict: string): verdict is Verdict {
  return Object.hasOwn(verdictTones, verdict);
}

/** This page with this card open, whatever else its address says. */
function linkTo(sequence: number): string {
  const address = new URL(location.href);
  address.searchParams.set("card", String(sequence));
  return address.href;
}

function Details({ sequence, card, requirement }: { sequence: number; card: ReasonCard; requirement: string }) {
  const { go } = useLinks();
  const showWords = (link: Span) => {
    // The words of the card that was opened last are marked, which may be another.
    go({ card: String(sequence) });
    setTimeout(() => toWords(link), DRAWN_MS);
  };
  const impacts = (["cost", "performance", "security", "operations"] as const).flatMap((kind) => {
    const text = card.impact[kind];
    return text ? [{ kind, text }] : [];
  });
  return (
    <div className="space-y-5 border-t border-line p-4 text-sm @2xl:p-5">
      {card.reasoning.length > 0 ? (
        <Part title={strings.run.reasoning}>
          <Markdown text={card.reasoning.join("\n\n")} />
        </Part>
      ) : null}
      <Part title={strings.run.confidenceBasis}>
        <ul className="list-disc space-y-0.5 ps-5">
          {card.confidence.basis.map((line) => (
            <li key={line}>
              <Prose text={line} />
            </li>
          ))}
        </ul>
      </Part>
      {card.evidence.length > 0 ? (
        <Part title={strings.run.evidence}>
          <ul className="space-y-2">
            {card.evidence.map((link) => (
              <li key={`${link.claim} ${link.start}`}>
                <span className="flex flex-wrap items-baseline justify-between gap-x-3">
                  <span className="font-medium">{link.claim}</span>
                  <button type="button" className="text-xs text-accent underline underline-offset-2" onClick={() => showWords(link)}>
                    {strings.run.showWords}
                  </button>
                </span>
                <q className="block border-s-2 border-line-strong ps-3 text-ink-soft">
                  <Excerpt requirement={requirement} link={link} />
                </q>
              </li>
            ))}
          </ul>
        </Part>
      ) : null}
      {card.alternatives.length > 0 ? (
        <Part title={strings.run.alternatives}>
          <ul className="space-y-2">
            {card.alternatives.map(({ name, score, why_not }) => (
              <li key={name}>
                <span className="font-medium">{name}</span>{" "}
                {score === null || score === undefined ? null : <Badge className="tabular-nums">{strings.run.score(percent(score))}</Badge>}
                <span className="block text-ink-soft">
                  <Prose text={why_not} />
                </span>
              </li>
            ))}
          </ul>
        </Part>
      ) : null}
      {card.policy_results.length > 0 ? (
        <Part title={strings.run.policy}>
          <ul className="space-y-1.5">
            {card.policy_results.map(({ rule, verdict, evidence }) => (
              <li key={rule}>
                {isVerdict(verdict) ? <Badge tone={verdictTones[verdict]}>{strings.verdicts[verdict]}</Badge> : <Badge>{words(verdict)}</Badge>} <code className="text-xs">{rule}</code>
                <span className="block text-ink-soft">
                  <Prose text={evidence} />
                </span>
              </li>
            ))}
          </ul>
        </Part>
      ) : null}
      <div className="grid gap-5 @2xl:grid-cols-2">
        <Facts title={strings.run.inputs} facts={card.inputs} />
        <Facts title={strings.run.outputs} facts={card.outputs} />
      </div>
      {impacts.length > 0 ? (
        <Facts title={strings.run.impact} facts={impacts.map(({ kind, text }) => ({ label: strings.run.impacts[kind], value: text }))} />
      ) : null}
      {card.risks.length > 0 ? (
        <Part title={strings.run.risks}>
          <ul className="space-y-2">
            {card.risks.map(({ severity, text, mitigation }) => (
              <li key={text}>
                <Badge tone={priorityTones[severity]}>{strings.priorities[severity]}</Badge> <Prose text={text} />
                {mitigation ? (
                  <span className="block text-ink-soft">
                    {strings.run.mitigation}: <Prose text={mitigation} />
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
        </Part>
      ) : null}
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <p className="text-xs text-ink-soft">{thinkerText(card.thinker)}</p>
        <CopyButton Icon={LinkIcon} label={strings.run.linkToCard} text={() => linkTo(sequence)} />
      </div>
    </div>
  );
}

function Facts({ title, facts }: { title: string; facts: readonly { label: string; value: string }[] }) {
  if (facts.length === 0) return null;
  return (
    <Part title={title}>
      <dl className="space-y-1">
        {facts.map(({ label, value }, place) => (
          // Labels may repeat on a card, and the facts of a card never move.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={`${label} ${place}`} className="flex flex-wrap gap-x-2">
            <dt className="text-ink-soft">{label}:</dt>
            <dd>
              <Prose text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}
