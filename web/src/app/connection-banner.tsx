import { useConnectionState } from "@/shared/live/use-run-feed";
import { strings } from "@/shared/strings";

/** Says when the live connection is not there. */
export function ConnectionBanner() {
  const state = useConnectionState();
  const text = state === "reconnecting" ? strings.connection.reconnecting : state === "offline" ? strings.connection.offline : null;
  // The element is always there, so that a screen reader notices what comes into it.
  return (
    <div role="status" className="sticky top-14 z-20">
      {text ? <p className="border-b border-warn/30 bg-warn-soft px-4 py-2 text-center text-sm text-warn">{text}</p> : null}
    </div>
  );
}
