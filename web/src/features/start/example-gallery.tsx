import { EXAMPLES } from "@/features/start/examples";
import { classNames } from "@/shared/lib/class-names";
import { strings } from "@/shared/strings";

export function ExampleGallery({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string) => void }) {
  return (
    <section aria-labelledby="examples" className="space-y-4">
      <div>
        <h2 id="examples" className="text-lg font-semibold">
          {strings.start.examples}
        </h2>
        <p className="text-sm text-ink-soft">{strings.start.examplesHint}</p>
      </div>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
        {EXAMPLES.map(({ id, title, useCase, requirement }) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={id === chosen}
              onClick={() => onChoose(id)}
              className={classNames(
                "flex h-full w-full flex-col gap-1.5 rounded-xl border border-line bg-surface p-4 text-start shadow-card transition-colors hover:border-accent",
                id === chosen && "border-accent",
              )}
            >
              <span className="w-full truncate text-xs font-medium text-accent">{useCase}</span>
              <span className="block font-semibold">{title}</span>
              <span className="line-clamp-3 text-sm text-ink-soft">{requirement}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
