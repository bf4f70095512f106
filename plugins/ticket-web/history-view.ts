import type { Directory, Field, HistoryEntry, TicketForm } from 'tracts';
import type { Viewer } from './field-view.ts';
import { plainTextToHtml } from './plain-text.ts';

/** One changed field as people read it. */
export interface ChangeView {
  readonly field: string;
  readonly label: string;
  /** `text`: too long to show in a line, `old` holds what it was. */
  readonly kind: 'set' | 'removed' | 'changed' | 'list' | 'text';
  readonly old: string;
  readonly new: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface AuthorView {
  readonly name: string;
  readonly label: string;
}

/** One stored change as the page shows it. */
export interface EntryView {
  readonly number: number;
  /** Trac's anchor: `comment:3`. */
  readonly anchor: string;
  readonly author: AuthorView;
  readonly time: Date;
  readonly replyTo: { readonly anchor: string; readonly label: string } | null;
  readonly replies: readonly number[];
  readonly changes: readonly ChangeView[];
  readonly commentHtml: string;
  /** Stored after the version that the person's form was made from. */
  readonly fresh: boolean;
  readonly via: string;
}

const LONGEST_LINE = 160;
const LONGEST_FORMER_TEXT = 5_000;

const words = (text: string): string[] => text.split(/[,;\s]+/).filter(Boolean);

/** A full name where the person has an account with one. */
export function viewAuthor(name: string, directory: Directory, viewer: Viewer): AuthorView {
  const fullName = directory.people.get(name)?.fullName;
  return { name: viewer.hide(name), label: viewer.hide(fullName || name || 'anonymous') };
}

function readable(stored: string, field: Field | undefined, viewer: Viewer): string {
  if (stored === '' || !field) return viewer.hide(stored);
  const labelled = field.optionLabels[stored];
  if (labelled !== undefined) return viewer.hide(labelled);
  const type = viewer.typeOf(field.type);
  if (!type.display) return viewer.hide(stored);
  try {
    return viewer.hide(type.display(type.deserialise(stored), field));
  } catch {
    return viewer.hide(stored);
  }
}

const cut = (text: string): string => (text.length > LONGEST_FORMER_TEXT ? `${text.slice(0, LONGEST_FORMER_TEXT)} …` : text);
const isLong = (text: string): boolean => text.length > LONGEST_LINE || text.includes('\n');

function kindOf(before: string, after: string, field: Field | undefined): ChangeView['kind'] {
  if (isLong(before) || isLong(after)) return 'text';
  if (field?.format === 'list') return 'list';
  if (before === '') return 'set';
  return after === '' ? 'removed' : 'changed';
}

/** One change of one field; `old` and `new` are stored texts. */
export function viewChange(
  change: { readonly field: string; readonly old: string; readonly new: string },
  form: TicketForm,
  viewer: Viewer,
): ChangeView {
  const field = form.fields.get(change.field);
  const before = readable(change.old, field, viewer);
  const after = readable(change.new, field, viewer);
  const kind = kindOf(before, after, field);
  const was = kind === 'list' ? words(before) : [];
  const is = kind === 'list' ? words(after) : [];
  return {
    field: change.field,
    label: field?.label ?? change.field,
    kind,
    old: kind === 'text' ? cut(before) : before,
    new: kind === 'text' ? '' : after,
    added: is.filter((word) => !was.includes(word)),
    removed: was.filter((word) => !is.includes(word)),
  };
}

const replyLink = (replyTo: string): EntryView['replyTo'] => {
  if (replyTo === '') return null;
  return replyTo === 'description'
    ? { anchor: 'description', label: 'the description' }
    : { anchor: `comment:${replyTo}`, label: `comment ${replyTo}` };
};

/** The history for the page; entries numbered after `seen` are marked as fresh. */
export function viewHistory(
  history: readonly HistoryEntry[],
  form: TicketForm,
  directory: Directory,
  viewer: Viewer,
  seen = Number.POSITIVE_INFINITY,
): EntryView[] {
  const replies = new Map<string, number[]>();
  for (const { replyTo, number } of history) if (replyTo) replies.set(replyTo, [...(replies.get(replyTo) ?? []), number]);
  const ticketHref = (id: number): string => viewer.href(`/ticket/${id}`);
  return history.map((entry) => ({
    number: entry.number,
    anchor: `comment:${entry.number}`,
    author: viewAuthor(entry.author, directory, viewer),
    time: entry.time,
    replyTo: replyLink(entry.replyTo),
    replies: replies.get(String(entry.number)) ?? [],
    changes: entry.fields.map((change) => viewChange(change, form, viewer)),
    commentHtml: plainTextToHtml(viewer.hide(entry.comment), ticketHref),
    fresh: entry.number > seen,
    via: entry.via,
  }));
}
