import { useCallback, useMemo, useSyncExternalStore } from "react";

import { api, sent } from "@/shared/api/client";
import { liveConnection } from "@/shared/live/connection";
import type { ConnectionState } from "@/shared/live/connection";
import { RunFeed } from "@/shared/live/run-feed";
import type { FeedState } from "@/shared/live/run-feed";

/** The API's largest page. */
const PAGE = 100;

/** A page that is not seen has no frames; it is told so often. */
const UNSEEN_MS = 250;

/** Tells of what happened once a frame: of a hundred events between two frames the page is drawn once. */
function follow(feed: RunFeed, listener: () => void): () => void {
  let stop: (() => void) | null = null;
  const tell = () => {
    stop?.();
    stop = null;
    listener();
  };
  const unsubscribe = feed.subscribe(() => {
    if (stop !== null) return;
    const frame = requestAnimationFrame(tell);
    const timer = setTimeout(tell, UNSEEN_MS);
    stop = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  });
  return () => {
    stop?.();
    unsubscribe();
  };
}

/** Follows a run as long as the component is there. */
export function useRunFeed(projectId: string, runId: string): FeedState & { readonly catchUp: () => void } {
  const feed = useMemo(
    () =>
      new RunFeed(projectId, runId, liveConnection, (after, signal) =>
        sent(
          api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/events", {
            params: { path: { project_id: projectId, decision_set_id: runId }, query: { after, limit: PAGE } },
            signal,
          }),
        ),
      ),
    [projectId, runId],
  );
  const subscribe = useCallback((listener: () => void) => follow(feed, listener), [feed]);
  const state = useSyncExternalStore(subscribe, feed.snapshot);
  return { ...state, catchUp: feed.catchUp };
}

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(liveConnection.onState, liveConnection.state);
}
