import { Monitor, Moon, Sun } from "lucide-react";
import { Link, Outlet, ScrollRestoration, useMatch, useNavigation } from "react-router";

import { paths } from "@/shared/lib/paths";
import { setTheme, useTheme } from "@/shared/lib/theme";
import type { ThemeChoice } from "@/shared/lib/theme";
import { useConnectionState } from "@/shared/live/use-run-feed";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

export function AppLayout() {
  const navigation = useNavigation();
  // Whoever comes from a project goes on in it.
  const projectId = useMatch("/projects/:projectId/*")?.params.projectId;
  // A run's page is wider than the others.
  const run = useMatch("/projects/:projectId/decision-sets/*") !== null;
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#content" className="sr-only z-50 rounded bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:m-2">
        {strings.app.skip}
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-surface/95 backdrop-blur">
        <div className={`mx-auto flex h-14 items-center justify-between gap-4 px-4 ${run ? "max-w-[88rem]" : "max-w-6xl"}`}>
          <Link to={projectId ? paths.startIn(projectId) : paths.start()} aria-label={`${strings.app.name}, ${strings.app.home}`} className="flex items-center gap-2.5 font-semibold tracking-tight">
            <img src="/icon.svg" alt="" width="26" height="26" />
            {strings.app.name}
          </Link>
          <ThemeButton />
        </div>
      </header>
      <ConnectionBanner />
      <main id="content" tabIndex={-1} aria-busy={navigation.state !== "idle"} className="flex-1 outline-none">
        <Outlet />
      </main>
      <ScrollRestoration />
    </div>
  );
}

function ThemeButton() {
  const theme = useTheme();
  const Icon = ICONS[theme];
  return (
    <Button tone="quiet" size="icon" onClick={() => setTheme(NEXT[theme])} aria-label={`${strings.app.theme}: ${strings.app.themes[theme]}`} title={strings.app.themes[theme]}>
      <Icon aria-hidden />
    </Button>
  );
}

function ConnectionBanner() {
  const state = useConnectionState();
  const text = state === "reconnecting" ? strings.connection.reconnecting : state === "offline" ? strings.connection.offline : null;
  // The element is always there, so that a screen reader notices what comes into it.
  return (
    <div role="status" className="sticky top-14 z-20">
      {text ? <p className="border-b border-warn/30 bg-warn-soft px-4 py-2 text-center text-sm text-warn">{text}</p> : null}
    </div>
  );
}
