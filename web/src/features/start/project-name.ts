/** The name of a project that a person did not name. Pure. */

/** Characters of a requirement that become a name; the API allows 100. */
const LENGTH = 60;

/** The requirement's first words. */
export function nameFrom(requirement: string): string {
  const [line = ""] = requirement.trim().split(/[\n\r]/);
  const text = line.replaceAll(/\s+/g, " ");
  const characters = [...text];
  if (characters.length <= LENGTH) return text;
  const cut = characters.slice(0, LENGTH).join("");
  const space = cut.lastIndexOf(" ");
  return `${(space > LENGTH / 2 ? cut.slice(0, space) : cut).replace(/[\s,;:.]+$/, "")}…`;
}
