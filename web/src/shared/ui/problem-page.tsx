import { CloudOff, KeyRound, Lock, SearchX, TriangleAlert } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { Link } from "react-router";

import type { ApiProblem } from "@/shared/api/problem";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { EmptyPage } from "@/shared/ui/empty-page";

type Kind = keyof typeof strings.errors.pages;

const ICONS: Readonly<Record<Kind, LucideIcon>> = { missing: SearchX, expired: KeyRound, forbidden: Lock, unreachable: CloudOff, failed: TriangleAlert };

/** What a refusal means for a page that cannot be shown without what was asked for. */
export function kindOfProblem({ status }: ApiProblem): Kind {
  switch (status) {
    // 400 is what an id of another shape is answered with.
    case 400:
    case 404:
    case 410:
      return "missing";
    case 401:
      return "expired";
    case 403:
      return "forbidden";
    case null:
      return "unreachable";
    default:
      return "failed";
  }
}

/** Instead of a page that cannot be shown: why, and the way on. `missing` is its title when there is no such thing. */
export function ProblemPage({ problem, missing, onRetry }: { problem: ApiProblem; missing: string; onRetry: () => void }) {
  const kind = kindOfProblem(problem);
  const of = strings.errors;
  const { title, text } = of.pages[kind];
  const shown = kind === "missing" ? missing : title;
  const again = kind === "unreachable" || kind === "failed";
  return (
    <>
      <title>{`${shown} · ${strings.app.name}`}</title>
      <EmptyPage
        Icon={ICONS[kind]}
        role="alert"
        title={shown}
        text={text}
        detail={kind === "unreachable" ? null : problem.message}
        actions={
          <>
            {again ? (
              <Button tone="primary" onClick={onRetry}>
                {strings.common.retry}
              </Button>
            ) : kind === "expired" ? (
              // Whoever has to sign in is led there by the page itself.
              <Button tone="primary" onClick={() => location.reload()}>
                {of.signIn}
              </Button>
            ) : null}
            <Button asChild {...(again || kind === "expired" ? {} : { tone: "primary" as const })}>
              <Link to={paths.start()}>{of.toStart}</Link>
            </Button>
          </>
        }
      />
    </>
  );
}
