/**
 * What the landing page shows before its script runs: its own head and first words, written into `index.html` by the
 * build, so that a slow phone has something to read at once. `public/theme.js` hides it at every other address, and the
 * page's first paint takes its place. A test holds it to the page.
 */
/** Class names that page and shell share. */
export const SHELL = {
  header: "sticky top-0 z-30 border-b border-line bg-surface/95 backdrop-blur",
  bar: "mx-auto flex h-14 items-center justify-between gap-4 px-4",
  narrow: "max-w-6xl",
  home: "flex items-center gap-2.5 font-semibold tracking-tight",
  page: "mx-auto max-w-6xl space-y-10 px-4 py-6 sm:py-9",
  hero: "max-w-4xl space-y-2.5",
  title: "text-3xl font-semibold tracking-tight text-balance sm:text-4xl",
  lead: "text-ink-soft sm:text-lg",
} as const;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

interface ShellWords {
  readonly name: string;
  readonly title: string;
  readonly lead: string;
}

export function startShell({ name, title, lead }: ShellWords): string {
  return [
    '<div id="shell" class="min-h-dvh">',
    `<header class="${SHELL.header}"><div class="${SHELL.bar} ${SHELL.narrow}">`,
    `<a href="/" class="${SHELL.home}"><img src="/icon.svg" alt="" width="26" height="26">${escaped(name)}</a>`,
    "</div></header>",
    `<main class="${SHELL.page}"><div class="${SHELL.hero}">`,
    `<h1 class="${SHELL.title}">${escaped(title)}</h1>`,
    `<p class="${SHELL.lead}">${escaped(lead)}</p>`,
    "</div></main></div>",
  ].join("");
}
