import { strings } from "@/shared/strings";

/** Stands in for lines that are being fetched. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div role="status" className="animate-pulse space-y-3 p-1">
      <span className="sr-only">{strings.common.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="h-4 rounded bg-sunken" style={{ width: `${90 - ((line * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
