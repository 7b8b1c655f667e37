import { SearchX } from "lucide-react";
import { Link } from "react-router";

import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { EmptyPage } from "@/shared/ui/empty-page";

export default function NotFoundPage() {
  return (
    <>
      <title>{`${strings.errors.notFoundTitle} · ${strings.app.name}`}</title>
      <EmptyPage
        Icon={SearchX}
        title={strings.errors.notFoundTitle}
        text={strings.errors.notFoundText}
        actions={
          <Button asChild tone="primary">
            <Link to={paths.start()}>{strings.errors.toStart}</Link>
          </Button>
        }
      />
    </>
  );
}
