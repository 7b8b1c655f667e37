import type { PolicyResult, Verdict } from "@/shared/api/types";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import type { Tone } from "@/shared/ui/badge";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";
import { Prose } from "@/shared/ui/prose";

export const verdictTones: Readonly<Record<Verdict, Tone>> = { pass: "good", fail: "bad", waived: "warn", not_applicable: "neutral" };

const ORDER: readonly Verdict[] = ["fail", "waived", "pass", "not_applicable"];

/** Whether a source says already which control it is about: `PCI DSS 4.0.1 12.8` in `PCI DSS 4.0.1 requirement 12.8 (…)`. */
function isNamedIn(control: string, source: string): boolean {
  const said = source.split(/[\s(),;]+/);
  return control.split(/\s+/).every((word) => said.includes(word));
}

/** The rules' results, failures first. */
export function PolicyTable({ report, onlyFailed = false }: { report: { readonly results: readonly PolicyResult[] }; onlyFailed?: boolean }) {
  const of = strings.result;
  const results = report.results
    .filter(({ verdict }) => !onlyFailed || verdict === "fail" || verdict === "waived")
    .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  if (results.length === 0) return null;
  return (
    <DataTable caption={of.tabs.policy}>
      {/* Where there is no room for three columns, the evidence stands below its rule. */}
      <thead className="@max-xl:sr-only">
        <tr>
          {[of.rule, of.verdict, of.evidence].map((title) => (
            <HeadCell key={title}>{title}</HeadCell>
          ))}
        </tr>
      </thead>
      <tbody>
        {results.map(({ rule, title, source, control, as_of, pack, severity, verdict, evidence, remedy, waiver }) => (
          <tr key={rule} className="@max-xl:grid @max-xl:grid-cols-[minmax(0,1fr)_auto] @max-xl:border-t @max-xl:border-line @max-xl:first:border-t-0">
            <Cell className="@max-xl:border-t-0 @xl:min-w-48">
              <span className="font-medium">{title}</span>
              <span className="block text-xs text-ink-soft">
                <code>{rule}</code> · {control && !isNamedIn(control, source) ? `${control} · ` : ""}
                {source}
                {as_of ? ` (${of.asOf(as_of)})` : ""}
                {pack ? ` · ${of.pack(pack)}` : ""}
              </span>
            </Cell>
            <Cell className="@max-xl:border-t-0">
              <Badge tone={verdictTones[verdict]}>{strings.verdicts[verdict]}</Badge>
              {verdict === "fail" || verdict === "waived" ? <span className="mt-1 block text-xs text-ink-soft">{strings.severities[severity]}</span> : null}
            </Cell>
            <Cell className="@max-xl:col-span-2 @max-xl:border-t-0 @max-xl:pt-0 @xl:min-w-56">
              <Prose text={evidence} />
              {remedy && (verdict === "fail" || verdict === "waived") ? (
                <span className="mt-1 block text-ink-soft">
                  {of.remedy}: <Prose text={remedy} />
                </span>
              ) : null}
              {waiver ? (
                <span className="mt-1 block text-ink-soft">
                  {of.waivedBy(waiver.by)} <q>{waiver.comment}</q>
                </span>
              ) : null}
            </Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
