/** The headings of a Markdown text, and the ids that its rendered form gives them. Pure. */

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly id: string;
}

/** Gives each text an id of its own: words with hyphens, and a number where a heading is repeated. */
export function headingIds(): (text: string) => string {
  const used = new Map<string, number>();
  return (text) => {
    const slug =
      text
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number}]+/gu, "-")
        .replaceAll(/^-|-$/g, "") || "part";
    const times = (used.get(slug) ?? 0) + 1;
    used.set(slug, times);
    // No other element of the page begins its id like this.
    return `part-${times > 1 ? `${slug}-${times}` : slug}`;
  };
}
