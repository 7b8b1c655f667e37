import { Feather, Keyboard, Monitor, Moon, MoonStar, Sun } from "lucide-react";
import { Suspense, lazy, useState } from "react";
import { Link, Outlet, ScrollRestoration, useMatch, useNavigation } from "react-router";

import { SHELL } from "@/features/start/start-shell";
import { paths } from "@/shared/lib/paths";
import { THEMES, setTheme, useTheme } from "@/shared/lib/theme";
import type { ThemeChoice } from "@/shared/lib/theme";
import { useShortcut } from "@/shared/lib/use-shortcut";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

/** Only a run is live: other pages do without what the connection needs. */
const ConnectionBanner = lazy(async () => ({ default: (await import("@/app/connection-banner")).ConnectionBanner }));

const KeyboardHelp = lazy(async () => ({ default: (await import("@/app/keyboard-help")).KeyboardHelp }));

const ICONS = { system: Monitor, light: Sun, dark: Moon, claude: Feather, midnight: MoonStar } as const satisfies Record<ThemeChoice, unknown>;

export function AppLayout() {
  const navigation = useNavigation();
  // Whoever comes from a project goes on in it.
  const projectId = useMatch("/projects/:projectId/*")?.params.projectId;
  // A run's page is as wide as the window, and from here on as high: its panels scroll on their own.
  const run = useMatch("/projects/:projectId/decision-sets/*") !== null;
  return (
    <div className={`flex flex-col ${run ? "min-h-dvh lg:h-dvh lg:min-h-0" : "min-h-dvh"}`}>
      <a href="#content" className="sr-only z-50 rounded bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:m-2">
        {strings.app.skip}
      </a>
      <header className={SHELL.header}>
        <div className={`${SHELL.bar} ${run ? "" : SHELL.narrow}`}>
          <Link to={projectId ? paths.startIn(projectId) : paths.start()} aria-label={`${strings.app.name}, ${strings.app.home}`} className={SHELL.home}>
            <img src="/icon.svg" alt="" width="26" height="26" />
            {strings.app.name}
          </Link>
          <div className="flex shrink-0 items-center gap-1">
            <KeyboardButton />
            <ThemeChooser />
          </div>
        </div>
      </header>
      {run ? (
        <Suspense>
          <ConnectionBanner />
        </Suspense>
      ) : null}
      <main id="content" tabIndex={-1} aria-busy={navigation.state !== "idle"} className={`flex-1 outline-none ${run ? "lg:flex lg:min-h-0 lg:flex-col lg:overflow-y-auto" : ""}`}>
        <Outlet />
      </main>
      <ScrollRestoration />
    </div>
  );
}

/** Where there is no keyboard, as on a phone, there is no button. */
function KeyboardButton() {
  const [open, setOpen] = useState(false);
  useShortcut("/", () => setOpen(true));
  return (
    <>
      <Button tone="quiet" size="icon" aria-haspopup="dialog" aria-label={strings.keyboard.show} title={strings.keyboard.show} className="pointer-coarse:hidden" onClick={() => setOpen(true)}>
        <Keyboard aria-hidden />
      </Button>
      {open ? (
        <Suspense>
          <KeyboardHelp onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

/** The system's own select lies unseen over the sign: it works by touch, keyboard and screen reader as it is. */
function ThemeChooser() {
  const theme = useTheme();
  const Icon = ICONS[theme];
  return (
    <span className="relative flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-soft hover:bg-sunken hover:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      <Icon className="size-4" aria-hidden />
      <select
        aria-label={strings.app.theme}
        title={strings.app.themes[theme]}
        value={theme}
        onChange={(event) => setTheme(THEMES.find((one) => one === event.target.value) ?? "system")}
        className="absolute inset-0 size-full cursor-pointer appearance-none bg-surface text-sm text-ink opacity-0 outline-none"
      >
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {strings.app.themes[one]}
          </option>
        ))}
      </select>
    </span>
  );
}
