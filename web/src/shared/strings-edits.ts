/** Words about files that people edit, about the Git history, and about the network. */
import type { components } from "@/shared/api/schema";

type ConflictKind = components["schemas"]["ConflictKind"];

const files = (count: number) => (count === 1 ? "1 file" : `${count} files`);

interface ConflictWords {
  readonly why: string;
  /** Whose side is in the repository. */
  readonly side: string;
  /** The two ways to settle it. */
  readonly now: string;
  readonly generated: string;
  /** What is lost with the generated side, to be asked about first; `null` where nothing is. */
  readonly loss: string | null;
}

const REPLACED = (by: string) => `The next version does without what ${by} wrote. This version's zip keeps that text, and you can go back to it here.`;

/** Why an edit and what is generated could not be brought together, whose side is in the repository, and how to settle it. */
const conflicts: Readonly<Record<ConflictKind, (by: string) => ConflictWords>> = {
  both_changed: (by) => ({
    why: `${by} and the new version changed the same lines.`,
    side: `The repository has the text of ${by}.`,
    now: `Keep the text of ${by}`,
    generated: "Take the generated text",
    loss: REPLACED(by),
  }),
  both_added: (by) => ({
    why: `${by} had added this file, and by now it is generated as well.`,
    side: `The repository has the text of ${by}.`,
    now: `Keep the text of ${by}`,
    generated: "Take the generated text",
    loss: REPLACED(by),
  }),
  removed_but_generated: (by) => ({
    why: `${by} had deleted this file, and what is generated for it has changed since.`,
    side: `As ${by} wanted, the repository does not have it.`,
    now: "Leave it out",
    generated: "Take the generated file",
    loss: null,
  }),
  no_longer_generated: (by) => ({
    why: `The design needs this file no longer, but ${by} had edited it.`,
    side: `The repository has the text of ${by}.`,
    now: "Keep the file",
    generated: "Delete the file",
    loss: "The next version does without this file. This version's zip keeps it, and you can restore it here.",
  }),
};

export const edits = {
  edit: "Edit",
  save: "Save",
  cancel: "Cancel",
  textOf: (path: string) => `Text of ${path}`,
  tabHint: "The Tab key leaves the text. Lines are kept as you write them.",
  edited: "edited",
  added: "added",
  deleted: "deleted",
  editedBy: (who: string, when: string) => `Edited by ${who} on ${when}; the next version builds on it.`,
  addedBy: (who: string, when: string) => `Added by ${who} on ${when}; the next version has it too.`,
  deletedBy: (who: string, when: string) => `Deleted by ${who} on ${when}; the next version does without it.`,
  carriedBy: (who: string, when: string) => `Edited by ${who} on ${when} in an earlier version, and taken over into this one.`,
  deletedEarlier: (who: string, when: string) => `Deleted by ${who} on ${when} in an earlier version, and left out of this one.`,
  takenBackBy: (who: string, when: string) => `${who} went back to the generated text on ${when}; the next version has it.`,
  asGenerated: "as generated",
  takeBack: "Take back this edit",
  backToEdit: "Back to the edited text",
  takeGenerated: "Take the generated text",
  takeGeneratedTitle: (path: string) => `Take the generated text of ${path}?`,
  takeGeneratedText: REPLACED,
  restore: "Restore the file",
  remove: "Delete",
  removeTitle: (path: string) => `Delete ${path}?`,
  removeText: "The next version does without this file. This version's zip keeps it, and you can restore it here.",
  removeAddedText: "No version has generated this file: its text cannot be restored here.",
  removeConfirm: "Delete the file",
  add: "Add a file",
  newFile: "A new file",
  path: "Path from the repository's root",
  pathExample: "src/service/rules.py",
  pathMissing: "Write the path of the new file.",
  pathTaken: "There is a file of this name already: edit that one.",
  refused: "It was not saved",
  unreadableTitle: "The text of this edit cannot be shown here",
  unreadable: "It is stored and the next version has it, but it is not text that can be shown. Below is the text as this version was generated.",
  unreadableAdded: "It is stored and the next version has it, but it is not text that can be shown.",
  unreadableEditor: "You begin from the generated text, not from the edit that is stored: what you save replaces that edit.",
  changedTitle: (who: string | null) => (who === null ? "The file has changed since you began" : `${who} has changed this file since you began`),
  changedAt: (when: string) => `That was on ${when}. What you typed is still here, and nothing is saved until you choose.`,
  changed: "What you typed is still here, and nothing is saved until you choose.",
  theirDeleted: "The file was deleted.",
  theirText: "Show the other text",
  theirs: (path: string) => `The other text of ${path}`,
  loadTheirs: "Load the other text",
  backToMine: "Back to what I typed",
  theirUnreadable: "The other content is stored, but it is not text that can be shown.",
  keepMine: "Replace it with mine",
  conflictsTitle: (count: number) => (count === 1 ? "One edit and the new version contradict each other" : `${count} edits and the new version contradict each other`),
  conflicts,
  settledTitle: (path: string) => `${path} is settled`,
  settled: "The next version builds on what you chose.",
  notSettled: "It was not settled",
  settleByEditing: "Or edit the file, so that it has what is needed of both.",
  differs: "What differs",
  differsHint: (by: string) => `Lines with − are generated, lines with + are in the text of ${by}.`,
  generatedText: "The generated text",
  sameText: "Both texts are the same.",
  differenceOf: (path: string) => `What differs in ${path}`,
  settleFor: (way: string, path: string) => `${way}: ${path}`,
  patch: {
    view: "How differences are shown",
    views: ["One column", "Side by side"],
  },
  nextTitle: (count: number) => `${files(count)} edited`,
  nextText: "The edits are stored beside this version, whose zip stays as it is. The next version builds on them.",
  next: "Start the next version",
  buildsOn: (count: number) => `It builds on the edits of this version (${files(count)}); the requirement may stay the same.`,
  git: {
    button: "With Git history",
    title: "The repository with its history",
    text: "One file that Git clones from: a commit for each version. Download it, then run:",
    download: "Download the bundle",
    command: (name: string) => `git clone ${name}`,
    item: "The repository with its Git history",
  },
  network: {
    title: "Network:",
    private: "private, everything runs in it",
    partly: "only the parts that need one run in it",
    endpoints: (endpoints: number, zones: number) => `${endpoints === 1 ? "1 endpoint" : `${endpoints} endpoints`} in ${zones === 1 ? "1 zone" : `${zones} zones`}`,
    jobs: "for jobs, which have a way out while nothing reaches them",
    names: "Which endpoints",
  },
} as const;
