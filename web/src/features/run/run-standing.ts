import type { DecisionSet } from "@/shared/api/types";
import type { RunView } from "@/shared/live/fold";

/** Where a run stands: the record as it was read, and the view that its events give. */
export interface RunStanding {
  readonly decisionSet: DecisionSet;
  readonly view: RunView;
  /** The run is going on. */
  readonly active: boolean;
  /** The node that waits for a person. */
  readonly gateNode: string | null;
}
