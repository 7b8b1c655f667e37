import { exactTime, time } from "@/shared/lib/format";

/** A time in the viewer's zone; the pointer shows it to the second, with the zone. */
export function Time({ at, children }: { at: string; children?: string }) {
  return (
    <time dateTime={at} title={exactTime(at)}>
      {children ?? time(at)}
    </time>
  );
}
