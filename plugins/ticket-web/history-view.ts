import { type Directory, describeChange, type Field, type FieldChange, type HistoryEntry, type TicketForm } from 'tracts';
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

const LONGEST_FORMER_TEXT = 5_000;

/** A full name where the person has an account with one. */
export function viewAuthor(name: string, directory: Directory, viewer: Viewer): AuthorView {
  const fullName = directory.people.get(name)?.fullName;
  return { name: viewer.hide(name), label: viewer.hide(fullName || name || 'anonymous') };
}

const cut = (text: string): string => (text.length > LONGEST_FORMER_TEXT ? `${text.slice(0, LONGEST_FORMER_TEXT)} …` : text);

/** A field that nobody provides any more keeps its history: stored texts then. */
function inWords({ old, new: after }: StoredChange, field: Field | undefined, viewer: Viewer): FieldChange {
  if (!field) return { kind: 'value', old, new: after };
  const label = (text: string): string => field.optionLabels[text] ?? text;
  const change = describeChange(viewer.typeOf(field.type), old, after, field, viewer.timeZone);
  return change.kind === 'list' ? change : { ...change, old: label(change.old), new: label(change.new) };
}

type StoredChange = HistoryEntry['fields'][number];

/** One change of one field; `old` and `new` are stored texts. */
export function viewChange(change: StoredChange, form: TicketForm, viewer: Viewer): ChangeView {
  const field = form.fields.get(change.field);
  const said = inWords(change, field, viewer);
  const about = { field: change.field, label: field?.label ?? change.field };
  if (said.kind === 'list')
    return {
      ...about,
      kind: 'list',
      old: '',
      new: '',
      added: said.added.map(viewer.hide),
      removed: said.removed.map(viewer.hide),
    };
  const [old, after] = [viewer.hide(said.old), viewer.hide(said.new)];
  if (said.kind === 'text') return { ...about, kind: 'text', old: cut(old), new: '', added: [], removed: [] };
  const kind = old === '' ? 'set' : after === '' ? 'removed' : 'changed';
  return { ...about, kind, old, new: after, added: [], removed: [] };
}

const replyLink = (replyTo: string): EntryView['replyTo'] => {
  if (replyTo === '') return null;
  return replyTo === 'description'
    ? { anchor: 'description', label: 'the description' }
    : { anchor: `comment:${replyTo}`, label: `comment ${replyTo}` };
};

/** What a program keeps for itself is nobody's to read. */
const shownChanges = (entry: HistoryEntry, form: TicketForm): readonly StoredChange[] =>
  entry.fields.filter(({ field }) => !form.fields.get(field)?.internal);

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
  const shown = history.filter((entry) => entry.comment !== '' || shownChanges(entry, form).length > 0);
  return shown.map((entry) => ({
    number: entry.number,
    anchor: `comment:${entry.number}`,
    author: viewAuthor(entry.author, directory, viewer),
    time: entry.time,
    replyTo: replyLink(entry.replyTo),
    replies: replies.get(String(entry.number)) ?? [],
    changes: shownChanges(entry, form).map((change) => viewChange(change, form, viewer)),
    commentHtml: plainTextToHtml(viewer.hide(entry.comment), ticketHref),
    fresh: entry.number > seen,
    via: entry.via,
  }));
}
