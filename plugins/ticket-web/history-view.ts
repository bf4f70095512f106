import {
  type Directory,
  describeChange,
  describeNote,
  type Field,
  type FieldChange,
  type HistoryEntry,
  labelOf,
  type TicketContext,
  type TicketForm,
} from 'tracts';
import type { Viewer } from './field-view.ts';
import { type EntryLook, keepEntry } from './kept-entries.ts';
import { shapeOf } from './kept-views.ts';

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
  /** Of a stored text: where what changed is shown word by word; `''` for nowhere. */
  readonly diffHref: string;
}

export interface AuthorView {
  readonly name: string;
  readonly label: string;
}

/** A link to another comment of the same ticket. */
interface CommentLink {
  readonly href: string;
  readonly label: string;
}

/** One stored change as the page shows it; `entry` of macros/history.njk draws it. */
export interface EntryView {
  readonly number: number;
  /** Trac's anchor: `comment:3`. */
  readonly anchor: string;
  readonly author: AuthorView;
  readonly time: Date;
  readonly replyTo: CommentLink | null;
  readonly replies: readonly CommentLink[];
  readonly changes: readonly ChangeView[];
  readonly commentHtml: string;
  /** Only holders of TICKET_VIEW_INTERNAL read the comment. */
  readonly internal: boolean;
  readonly edited: { readonly by: AuthorView; readonly time: Date; readonly href: string } | null;
  readonly deleted: { readonly by: AuthorView; readonly time: Date } | null;
  /** Addresses of what the person may do with the comment; `''`: not this. */
  readonly replyHref: string;
  readonly editHref: string;
  readonly deleteHref: string;
  /** How deep it stands among answers; 0 unless answers stand below what they answer. */
  readonly depth: number;
  /** Stored after the version that the person's form was made from. */
  readonly fresh: boolean;
  readonly via: string;
  /** What was done; `''` where it says nothing. */
  readonly action: string;
}

const LONGEST_FORMER_TEXT = 5_000;

/** A full name where the person has an account with one. */
export function viewAuthor(name: string, directory: Directory, viewer: Viewer): AuthorView {
  const fullName = directory.people.get(name)?.fullName;
  return { name: viewer.hide(name), label: viewer.hide(fullName || name || 'anonymous') };
}

const cut = (text: string): string => (text.length > LONGEST_FORMER_TEXT ? `${text.slice(0, LONGEST_FORMER_TEXT)} …` : text);

/** Asked first: looking up a text that was just read costs more than all else about a change. */
const isLabelled = ({ optionLabels }: Field): boolean => {
  for (const _name in optionLabels) return true;
  return false;
};

/** A field that nobody provides any more keeps its history: stored texts then. */
function inWords({ old, new: after, note }: StoredChange, field: Field | undefined, viewer: Viewer): FieldChange {
  if (note) return describeNote({ old, new: after });
  if (!field) return { kind: 'value', old, new: after };
  const labelled = isLabelled(field);
  const label = (text: string): string => (labelled ? (field.optionLabels[text] ?? text) : text);
  const change = describeChange(viewer.typeOf(field.type), old, after, field, viewer.timeZone);
  return change.kind === 'list' ? change : { ...change, old: label(change.old), new: label(change.new) };
}

type StoredChange = HistoryEntry['fields'][number];

/** One change of one field; `old` and `new` are stored texts. `diffHref`: where a long text is compared. */
export function viewChange(change: StoredChange, form: TicketForm, viewer: Viewer, diffHref = ''): ChangeView {
  const field = form.fields.get(change.field);
  const said = inWords(change, field, viewer);
  const about = { field: change.field, label: field?.label ?? labelOf(change.field), diffHref: '' };
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
  if (said.kind === 'text') return { ...about, kind: 'text', old: cut(old), new: '', added: [], removed: [], diffHref };
  const kind = old === '' ? 'set' : after === '' ? 'removed' : 'changed';
  return { ...about, kind, old, new: after, added: [], removed: [] };
}

/** What a program keeps for itself is nobody's to read. */
const shownChanges = (entry: HistoryEntry, form: TicketForm): readonly StoredChange[] =>
  entry.fields.filter(({ field }) => !form.fields.get(field)?.internal);

/** Entries of which there is anything to show on the page. */
export const shownEntries = (history: readonly HistoryEntry[], form: TicketForm): readonly HistoryEntry[] =>
  history.filter((entry) => entry.comment !== '' || entry.deleted !== undefined || shownChanges(entry, form).length > 0);

/** What entries are drawn with. */
export interface EntryScope {
  readonly ctx: TicketContext;
  readonly form: TicketForm;
  readonly viewer: Viewer;
  /** Safe HTML of the comments, in the order of the entries. */
  readonly html: readonly string[];
  /** Entries numbered after this are marked as fresh. */
  readonly seen?: number | undefined;
}

/** What the person may do with comments, asked once a page; the pages that these lead to ask again about the one comment. */
interface Rights {
  readonly user: string;
  readonly mayComment: boolean;
  readonly mayEditAll: boolean;
  readonly mayDelete: boolean;
}

const rightsOf = ({ ctx, form }: EntryScope): Rights => ({
  user: ctx.user.authenticated ? ctx.user.name : '',
  mayComment: form.mayComment,
  mayEditAll: ctx.can('TICKET_EDIT_COMMENT'),
  mayDelete: ctx.can('TICKET_ADMIN'),
});

type Tools = Pick<EntryLook, 'mayReply' | 'mayEdit' | 'mayDelete'>;

function toolsOf({ comment, author }: HistoryEntry, rights: Rights): Tools {
  if (comment === '') return NO_TOOLS;
  const mayEdit = rights.mayEditAll || (rights.mayComment && rights.user !== '' && author === rights.user);
  return { mayReply: rights.mayComment, mayEdit, mayDelete: rights.mayDelete };
}
const NO_TOOLS: Tools = { mayReply: false, mayEdit: false, mayDelete: false };

/** Entries as the page shows them. What is not on it is linked so that it will be. */
export function viewEntries(entries: readonly HistoryEntry[], scope: EntryScope): EntryView[] {
  if (entries.length === 0) return [];
  const { ctx, form, viewer, html, seen = Number.POSITIVE_INFINITY } = scope;
  const { directory, now } = ctx;
  const { hide, typeOf, timeZone } = viewer;
  const path = viewer.href(`/ticket/${ctx.ticket.id}`);
  const rights = rightsOf(scope);
  const numbers = entries.map(({ number }) => String(number));
  const here = numbers.join(' ');
  const shapes = new Map<string, Field | undefined>();
  const shapeNamed = (name: string): Field | undefined => {
    if (shapes.has(name)) return shapes.get(name);
    const field = form.fields.get(name);
    const shape = field && shapeOf(field);
    shapes.set(name, shape);
    return shape;
  };
  return entries.map((entry, index) => {
    const look: EntryLook = {
      path,
      timeZone,
      now,
      directory,
      hide,
      typeOf,
      here,
      ...toolsOf(entry, rights),
      fresh: entry.number > seen,
      html: html[index] ?? '',
      shapes: entry.fields.map(({ field }) => shapeNamed(field)),
    };
    return keepEntry(entry, look, () => viewEntry(entry, look, viewer, form, numbers));
  });
}

function viewEntry(
  entry: HistoryEntry,
  { path, directory, html, fresh, mayReply, mayEdit, mayDelete }: EntryLook,
  viewer: Viewer,
  form: TicketForm,
  here: readonly string[],
): EntryView {
  const { number, time, edited, deleted, internal, via, action } = entry;
  const link = (to: string): CommentLink => {
    if (to === 'description') return { href: '#description', label: 'the description' };
    return { href: here.includes(to) ? `#comment:${to}` : `${path}?comment=${to}#comment:${to}`, label: `comment ${to}` };
  };
  const by = (name: string): AuthorView => viewAuthor(name, directory, viewer);
  const diffOf = (field: string): string => `${path}?action=diff&version=${number}&field=${encodeURIComponent(field)}`;
  const own = `${path}/comment/${number}`;
  return {
    number,
    anchor: `comment:${number}`,
    author: by(entry.author),
    time,
    replyTo: entry.replyTo === '' ? null : link(entry.replyTo),
    replies: entry.replies.map((reply) => link(String(reply))),
    changes: shownChanges(entry, form).map((change) => viewChange(change, form, viewer, diffOf(change.field))),
    commentHtml: html,
    internal,
    edited: edited ? { by: by(edited.by), time: edited.time, href: `${path}?action=comment-history&cnum=${number}` } : null,
    deleted: deleted ? { by: by(deleted.by), time: deleted.time } : null,
    replyHref: mayReply ? `${path}?replyto=${number}#comment` : '',
    editHref: mayEdit ? `${own}/edit` : '',
    deleteHref: mayDelete ? `${own}/delete` : '',
    depth: 0,
    fresh,
    via,
    action: action === 'leave' ? '' : action,
  };
}
