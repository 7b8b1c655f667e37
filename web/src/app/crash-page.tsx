import { TriangleAlert } from "lucide-react";
import { Link } from "react-router";

import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { EmptyPage } from "@/shared/ui/empty-page";

/** What is shown when a page threw. The error is in the browser's console, where React has written it. */
export function CrashPage() {
  return (
    <main>
      <EmptyPage
        Icon={TriangleAlert}
        role="alert"
        title={strings.errors.crashTitle}
        text={strings.errors.crashText}
        actions={
          <>
            <Button tone="primary" onClick={() => location.reload()}>
              {strings.errors.reload}
            </Button>
            <Button asChild>
              <Link to={paths.start()}>{strings.errors.toStart}</Link>
            </Button>
          </>
        }
      />
    </main>
  );
}
