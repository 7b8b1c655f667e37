import { CandidateList } from "@/features/run/candidate-list";
import { NotYet } from "@/features/run/not-yet";
import type { DecisionSet } from "@/shared/api/types";
import { words } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";
import { Markdown } from "@/shared/ui/markdown";
import { Prose } from "@/shared/ui/prose";

export function PlanTab({ decisionSet: { plan } }: { decisionSet: DecisionSet }) {
  const selected = plan?.candidates.find(({ id }) => id === plan.selected);
  if (!plan || !selected) return <NotYet />;
  const of = strings.result;
  return (
    <div className="space-y-6">
      <div className="space-y-2">
        <h3 className="font-semibold">{selected.name}</h3>
        <Markdown text={plan.reason} className="text-sm" />
      </div>
      <DataTable caption={strings.gate.plan}>
        <thead>
          <tr>
            {[of.capability, of.component, of.sizing, of.reason].map((title) => (
              <HeadCell key={title}>{title}</HeadCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {selected.components.map(({ capability, pattern, name, services, sizing, rationale }) => (
            <tr key={capability + pattern}>
              <Cell>{words(capability)}</Cell>
              <Cell className="min-w-44">
                <span className="font-medium" title={pattern}>
                  {name}
                </span>
                <span className="block text-ink-soft">{services.join(", ")}</span>
              </Cell>
              <Cell className="min-w-40">
                {Object.entries<string>(sizing).map(([key, value]) => (
                  <span key={key} className="block">
                    <span className="text-ink-soft">{words(key)}:</span> {value}
                  </span>
                ))}
              </Cell>
              <Cell className="min-w-64 text-ink-soft">
                <Prose text={rationale} />
              </Cell>
            </tr>
          ))}
        </tbody>
      </DataTable>
      <div className="space-y-2">
        <h3 className="font-semibold">{strings.gate.candidates}</h3>
        <CandidateList candidates={plan.candidates} selected={plan.selected} />
      </div>
      {plan.assumptions.length > 0 ? (
        <div className="space-y-2">
          <h3 className="font-semibold">{of.assumptions}</h3>
          <ul className="list-disc space-y-1 ps-5 text-sm">
            {plan.assumptions.map(({ text }) => (
              <li key={text}>
                <Prose text={text} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
