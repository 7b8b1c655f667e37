import type { Finding, Severity } from "@/shared/api/types";
import { strings } from "@/shared/strings";
import { Badge } from "@/shared/ui/badge";
import type { Tone } from "@/shared/ui/badge";
import { Prose } from "@/shared/ui/prose";

export const severityTones: Readonly<Record<Severity, Tone>> = { blocking: "bad", major: "warn", minor: "neutral", info: "neutral" };

export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return <p className="text-sm text-ink-soft">{strings.gate.noFindings}</p>;
  return (
    <ul className="space-y-3">
      {findings.map(({ id, severity, title, evidence, remedy }) => (
        <li key={id} className="text-sm">
          <p className="font-medium">
            <Badge tone={severityTones[severity]} className="me-1.5">
              {strings.severities[severity]}
            </Badge>
            <Prose text={title} />
          </p>
          <p className="mt-1 text-ink-soft">
            <Prose text={evidence} />
          </p>
          {remedy ? (
            <p className="mt-1">
              {strings.run.mitigation}: <Prose text={remedy} />
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
