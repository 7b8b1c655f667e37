import { Fragment } from "react";
import { Link, useSearchParams } from "react-router";

import { linkToFile } from "@/features/run/repository/file-tree";
import { Findings } from "@/features/run/findings";
import { NotYet } from "@/features/run/not-yet";
import type { ImplementationReview } from "@/shared/api/types";
import { strings } from "@/shared/strings";
import { Cell, DataTable, HeadCell } from "@/shared/ui/data-table";

/** A path that goes on in the next line after a slash, rather than within a name. */
function BreakablePath({ path }: { path: string }) {
  return path.split("/").map((name, place, names) => (
    // A path never changes.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={place}>
      {name}
      {place < names.length - 1 ? (
        <>
          /<wbr />
        </>
      ) : null}
    </Fragment>
  ));
}

/** From the words of the requirement to the lines that implement them. */
export function TraceTab({ review }: { review: ImplementationReview | null }) {
  const [search] = useSearchParams();
  if (!review) return <NotYet />;
  const of = strings.result;
  return (
    <div className="space-y-5">
      <p className="text-sm text-ink-soft">{of.traceSummary(review.met, review.checked)}</p>
      <DataTable caption={of.tabs.trace}>
        {/* Where there is no room for four columns, words and constraint stand above what came of them. */}
        <thead className="@max-xl:sr-only">
          <tr>
            {[of.words, of.constraint, of.decisions, of.lines].map((title) => (
              <HeadCell key={title}>{title}</HeadCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {review.traces.map(({ field, value, source, quotes, decisions, places }) => (
            <tr key={field} className="@max-xl:grid @max-xl:grid-cols-2 @max-xl:border-t @max-xl:border-line @max-xl:py-1 @max-xl:first:border-t-0">
              <Cell className="@max-xl:border-t-0 @xl:min-w-32">
                {quotes.length > 0 ? quotes.map(({ quote, start }) => <q key={start} className="block">{quote}</q>) : <span className="text-ink-soft">{strings.sources[source]}</span>}
              </Cell>
              <Cell className="@max-xl:border-t-0 @xl:min-w-28">
                <span className="font-medium">{strings.fields[field]}</span>
                <span className="block text-ink-soft">{value}</span>
              </Cell>
              <Cell className="@max-xl:col-span-2 @max-xl:border-t-0 @max-xl:py-1 @xl:min-w-44">
                {decisions.length > 0 ? (
                  <ul className="space-y-1">
                    {decisions.map((decision) => (
                      <li key={decision}>{decision}</li>
                    ))}
                  </ul>
                ) : (
                  <span className="text-ink-soft">{of.noDecision}</span>
                )}
              </Cell>
              <Cell className="@max-xl:col-span-2 @max-xl:border-t-0 @max-xl:pt-0 @xl:min-w-48">
                {places.length > 0 ? (
                  <ul className="space-y-1">
                    {places.map(({ path, line, says }) => (
                      <li key={`${path} ${line} ${says}`}>
                        <Link to={linkToFile(search, path, line)} preventScrollReset className="font-mono text-xs text-accent underline">
                          <BreakablePath path={path} />:{line}
                        </Link>
                        <span className="block text-xs text-ink-soft">{says}</span>
                      </li>
                    ))}
                  </ul>
                ) : (
                  <span className="text-ink-soft">{of.noLine}</span>
                )}
              </Cell>
            </tr>
          ))}
        </tbody>
      </DataTable>
      <section className="space-y-2">
        <h3 className="font-semibold">{of.lastReview}</h3>
        <Findings findings={review.findings} />
      </section>
    </div>
  );
}
