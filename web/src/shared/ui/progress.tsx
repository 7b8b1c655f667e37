import { Progress as Radix } from "radix-ui";

export function ProgressBar({ value, label }: { value: number; label: string }) {
  return (
    <Radix.Root value={value} aria-label={label} className="h-2 overflow-hidden rounded-full bg-sunken">
      <Radix.Indicator className="h-full rounded-full bg-accent-solid transition-[width] duration-500" style={{ width: `${value}%` }} />
    </Radix.Root>
  );
}
