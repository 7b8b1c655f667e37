import { Component, lazy } from "react";
import type { ComponentType, ReactNode } from "react";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Notice } from "@/shared/ui/notice";

/** What makes the parts whose loading failed load again. */
const failed = new Set<() => void>();

/**
 * A part of the page that is fetched when it is shown, like React's `lazy`; but one that could not be fetched, because
 * the network was away for a moment, is fetched again when somebody wants it. Stands below a `Suspense` and a `Loads`.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const fresh = () =>
    lazy(async () => {
      try {
        return { default: await load() };
      } catch (error) {
        // Not tried again by itself: each rendering would begin anew.
        failed.add(() => (part = fresh()));
        throw error;
      }
    });
  let part = fresh();
  return function Later(props: Props) {
    const Part: ComponentType<Props> = part;
    return <Part {...props} />;
  };
}

interface LoadsProps {
  /** Shown anew for another of these: what failed of one part says nothing of the next. */
  of: string;
  children: ReactNode;
}

interface LoadsState {
  readonly of: string;
  readonly broken: boolean;
}

/** Says so where a part could not be loaded or threw, and offers to try again; the rest of the page stays. */
export class Loads extends Component<LoadsProps, LoadsState> {
  override state: LoadsState = { of: this.props.of, broken: false };

  static getDerivedStateFromError(): Partial<LoadsState> {
    return { broken: true };
  }

  static getDerivedStateFromProps({ of }: LoadsProps, state: LoadsState): LoadsState | null {
    return of === state.of ? null : { of, broken: false };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    const again = () => {
      for (const forget of failed) forget();
      failed.clear();
      this.setState({ broken: false });
    };
    return (
      <Notice tone="warn" role="alert" title={strings.errors.loadFailed} actions={<Button onClick={again}>{strings.common.retry}</Button>}>
        <p>{strings.errors.partFailed}</p>
      </Notice>
    );
  }
}
