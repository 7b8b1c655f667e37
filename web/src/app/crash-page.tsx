import { Link } from "react-router";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

/** What is shown when a page threw. The error is in the browser's console, where React has written it. */
export function CrashPage() {
  return (
    <main className="mx-auto max-w-xl space-y-4 px-4 py-20">
      <h1 className="text-2xl font-semibold">{strings.errors.crashTitle}</h1>
      <p className="text-ink-soft">{strings.errors.crashText}</p>
      <div className="flex gap-2">
        <Button tone="primary" onClick={() => location.reload()}>
          {strings.errors.reload}
        </Button>
        <Button asChild>
          <Link to="/">{strings.errors.toStart}</Link>
        </Button>
      </div>
    </main>
  );
}
