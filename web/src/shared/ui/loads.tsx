import { Component, useState } from "react";
import type { ReactNode } from "react";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Notice } from "@/shared/ui/notice";

interface LoadsProps {
  /** Shown anew for another of these: what failed of one part says nothing of the next. */
  of: string;
  children: ReactNode;
}

interface LoadsState {
  readonly of: string;
  readonly broken: boolean;
}

/**
 * Says so where a part of the page could not be fetched, or threw; the rest of the page stays. Stands around the
 * `Suspense` of what is `lazy`.
 */
export class Loads extends Component<LoadsProps, LoadsState> {
  override state: LoadsState = { of: this.props.of, broken: false };

  static getDerivedStateFromError(): Partial<LoadsState> {
    return { broken: true };
  }

  static getDerivedStateFromProps({ of }: LoadsProps, state: LoadsState): LoadsState | null {
    return of === state.of ? null : { of, broken: false };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const [away, setAway] = useState(false);
  // A browser does not fetch a failed script again, so the page is loaded anew: what was typed is kept, and what is open
  // is in the address. Not before the platform answers: a page that is there is better than none.
  const again = async () => {
    try {
      await fetch(location.href, { cache: "no-store" });
      location.reload();
    } catch {
      setAway(true);
    }
  };
  return (
    <Notice tone="warn" role="alert" title={strings.errors.loadFailed} actions={<Button onClick={() => void again()}>{strings.common.retry}</Button>}>
      <p>{away ? strings.errors.unreachable : strings.errors.partFailed}</p>
    </Notice>
  );
}
