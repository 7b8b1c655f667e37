import { Link } from "react-router";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

export default function NotFoundPage() {
  return (
    <div className="mx-auto max-w-xl space-y-4 px-4 py-20">
      <title>{`${strings.errors.notFoundTitle} · ${strings.app.name}`}</title>
      <h1 className="text-2xl font-semibold">{strings.errors.notFoundTitle}</h1>
      <p className="text-ink-soft">{strings.errors.notFoundText}</p>
      <Button asChild tone="primary">
        <Link to="/">{strings.errors.toStart}</Link>
      </Button>
    </div>
  );
}
