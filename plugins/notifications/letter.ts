import { type StructuredPatchHunk, structuredPatch } from 'diff';
import {
  type Directory,
  describeChange,
  describeNote,
  displayText,
  type Field,
  type FieldType,
  type HistoryEntry,
  type ITexts,
  type ITicketFields,
  type ITicketService,
  labelOf,
  NotFoundError,
  type OperationContext,
  PermissionError,
  type TextScope,
  type TicketContext,
} from 'tracts';
import { hideAddresses, type IAddressPrivacy } from 'tracts/addresses';
import type { NotificationEvent } from './api.ts';
import type { Replacement } from './event.ts';

/** What letters are written from. */
export interface LetterNeeds {
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly texts: ITexts;
  readonly privacy: IAddressPrivacy;
  /** The site's address without a slash at its end; `''`: unknown, so that there are no links. */
  readonly baseUrl: string;
}

/** A text as typed, and drawn for the reader. */
interface Prose {
  readonly text: string;
  readonly html: string;
}
interface Line {
  /** ` `, `+`, `-`, or `@` between parts. */
  readonly sign: string;
  readonly text: string;
}
export interface LetterChange {
  readonly label: string;
  readonly kind: 'value' | 'list' | 'text';
  readonly old: string;
  readonly new: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly lines: readonly Line[];
}

/** All that somebody may read of what happened to a ticket. Plain data. */
export interface TicketLetter {
  readonly id: number;
  readonly isNew: boolean;
  readonly summary: string;
  readonly oldSummary: string;
  readonly author: string;
  /** `''`: the site's address is unknown. */
  readonly link: string;
  /** Stored values by field, for subjects. */
  readonly values: Readonly<Record<string, string>>;
  readonly properties: readonly { readonly label: string; readonly text: string }[];
  readonly texts: readonly ({ readonly label: string } & Prose)[];
  readonly changes: readonly LetterChange[];
  readonly comment: (Prose & { readonly internal: boolean }) | null;
}

/** Many tickets in which a value was replaced. */
export interface BatchLetter {
  readonly tickets: readonly { readonly id: number; readonly summary: string; readonly link: string }[];
  readonly label: string;
  readonly from: string;
  readonly to: string;
  readonly author: string;
}

interface Reader extends LetterNeeds {
  readonly ctx: TicketContext;
  readonly shown: readonly Field[];
  readonly scope: TextScope;
}

const LONGEST_DIFF = 50_000;
const UNTOLD: ReadonlySet<string> = new Set(['summary', 'description', 'cc', 'time', 'changetime']);

/** The ticket, if the reader may view it. */
export async function openFor(ctx: OperationContext, tickets: ITicketService, id: number): Promise<TicketContext | undefined> {
  try {
    return await tickets.open(ctx, id);
  } catch (error) {
    if (error instanceof PermissionError || error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Full name of an account; of a stranger what he called himself, his address cut unless the reader may see it. */
export const nameOf = (name: string, { people }: Directory, hide: (text: string) => string): string =>
  people.get(name)?.fullName || hide(name);

async function readerOf(ctx: TicketContext, needs: LetterNeeds): Promise<Reader> {
  const { ticket } = ctx;
  const resource = { realm: 'ticket', id: ticket.id, object: ticket };
  const hide = needs.privacy.mayRead(ctx, resource) ? (text: string): string => text : hideAddresses;
  const shown = await needs.fields.visible(ctx, ticket);
  return { ...needs, ctx, shown, scope: { resource, hide, href: (path) => `${needs.baseUrl}${path}` } };
}

/** A value as people read it. */
function say({ ctx, scope }: Reader, field: Field | undefined, text: string): string {
  const label = field?.optionLabels[text] ?? text;
  return field?.type === 'user' ? nameOf(label, ctx.directory, scope.hide) : scope.hide(label);
}

function lineDiff(before: string, after: string): readonly Line[] {
  if (before.length + after.length > LONGEST_DIFF) return [];
  const end = (text: string): string => (text === '' ? '' : `${text.replace(/\r\n?/g, '\n')}\n`);
  const patch = structuredPatch('', '', end(before), end(after), '', '', { context: 2, maxEditLength: 2000 });
  return (patch?.hunks ?? []).flatMap(({ lines }: StructuredPatchHunk, index: number) => [
    ...(index > 0 ? [{ sign: '@', text: '' }] : []),
    ...lines.map((line: string) => ({ sign: line.charAt(0), text: line.slice(1) })),
  ]);
}

type Row = HistoryEntry['fields'][number];

function tellChange(reader: Reader, row: Row): LetterChange | undefined {
  const { ctx, fields, shown, scope } = reader;
  const { field: name, old, new: after } = row;
  const plain = { added: [], removed: [], lines: [], old: '', new: '' };
  if (row.note) {
    const { added, removed } = describeNote(row);
    return { ...plain, label: labelOf(name), kind: 'list', added: added.map(scope.hide), removed: removed.map(scope.hide) };
  }
  const field = shown.find((one) => one.name === name);
  if (field?.internal) return undefined;
  const label = field?.label ?? labelOf(name);
  const type: FieldType | undefined = field && fields.type(field.type);
  const change =
    field && type ? describeChange(type, old, after, field, ctx.timeZone) : ({ kind: 'value', old, new: after } as const);
  const told = (text: string): string => say(reader, field, text);
  if (change.kind === 'list')
    return { ...plain, label, kind: 'list', added: change.added.map(told), removed: change.removed.map(told) };
  if (change.kind === 'value') return { ...plain, label, kind: 'value', old: told(change.old), new: told(change.new) };
  return { ...plain, label, kind: 'text', lines: lineDiff(scope.hide(change.old), scope.hide(change.new)) };
}

const isLong = (text: string): boolean => text.includes('\n') || text.length > 200;

/** What the ticket says now, in words. */
function tellProperties(reader: Reader): readonly { readonly field: Field; readonly label: string; readonly text: string }[] {
  const { ctx, fields, shown } = reader;
  return shown
    .filter(({ name, internal, visible }) => !UNTOLD.has(name) && !internal && visible)
    .map((field) => {
      const text = displayText(fields.type(field.type), ctx.ticket.values[field.name], field, ctx.timeZone);
      return { field, label: field.label, text: say(reader, field, text) };
    })
    .filter(({ text }) => text !== '');
}

/** The change that the event is about, if anything of it is left for this reader. */
async function entryOf(reader: Reader, { category, number, time }: NotificationEvent): Promise<HistoryEntry | undefined> {
  const isNew = category === 'created';
  const wanted = isNew ? 1 : number;
  const [entry] = await reader.tickets.history(reader.ctx, { numbers: [wanted, wanted] });
  return isNew && entry?.time.getTime() !== time.getTime() ? undefined : entry;
}

const textValue = ({ ctx, shown }: Reader, name: string): string => {
  const value = ctx.ticket.values[name];
  return shown.some((field) => field.name === name) && typeof value === 'string' ? value : '';
};

function storedValues(reader: Reader): Readonly<Record<string, string>> {
  const { ctx, fields, shown, scope } = reader;
  return Object.fromEntries(
    shown.map((field) => [
      field.name,
      scope.hide(displayText(fields.type(field.type), ctx.ticket.values[field.name], field, ctx.timeZone)),
    ]),
  );
}

/** The texts that a reader gets in full: of a new ticket its description and long fields, else the comment alone. */
async function tellTexts(
  reader: Reader,
  isNew: boolean,
  entry: HistoryEntry | undefined,
  long: readonly { label: string; text: string }[],
) {
  const { ctx, scope, texts } = reader;
  const { hide } = scope;
  const format = ctx.ticket.descriptionFormat ?? 'wiki';
  const description = isNew ? textValue(reader, 'description') : '';
  const told = [...(description === '' ? [] : [{ label: '', text: description }]), ...(isNew ? long : [])];
  const comment = entry?.comment ?? '';
  const items = [...told.map(({ text }) => ({ source: text, format })), { source: comment, format: entry?.format ?? format }];
  const htmls = await texts.render(ctx, items, scope);
  const html = (index: number): string => htmls[index] ?? '';
  return {
    texts: told.map(({ label, text }, index) => ({ label, text: hide(text), html: html(index) })),
    comment: comment === '' ? null : { text: hide(comment), html: html(told.length), internal: entry?.internal === true },
  };
}

/**
 * Writes what this reader may know of an event, as the ticket stands now: a comment edited meanwhile as it reads now, one that was
 * deleted not at all. undefined: he may not view the ticket, or nothing of the change.
 */
export async function writeLetter(
  outer: OperationContext,
  event: NotificationEvent,
  needs: LetterNeeds,
): Promise<TicketLetter | undefined> {
  const ctx = await openFor(outer, needs.tickets, event.ticket);
  if (!ctx) return undefined;
  const reader = await readerOf(ctx, needs);
  const isNew = event.category === 'created';
  const entry = await entryOf(reader, event);
  if (!isNew && !entry) return undefined;
  const rows = entry?.fields ?? [];
  const { hide } = reader.scope;
  const all = tellProperties(reader);
  const anchor = entry && !isNew ? `#comment:${entry.number}` : '';
  return {
    id: event.ticket,
    isNew,
    summary: hide(textValue(reader, 'summary')),
    oldSummary: hide(rows.find(({ field }) => field === 'summary')?.old ?? ''),
    // Who filed a ticket is what its field reporter says, which may be hidden from the reader.
    author:
      isNew && !reader.shown.some(({ name }) => name === 'reporter') ? 'somebody' : nameOf(event.author, ctx.directory, hide),
    link: needs.baseUrl === '' ? '' : `${needs.baseUrl}/ticket/${event.ticket}${anchor}`,
    values: storedValues(reader),
    properties: all.filter(({ text }) => !isLong(text)).map(({ label, text }) => ({ label, text })),
    changes: rows.flatMap((row) => tellChange(reader, row) ?? []),
    ...(await tellTexts(
      reader,
      isNew,
      entry,
      all.filter(({ text }) => isLong(text)),
    )),
  };
}

/** One of many tickets, as far as the reader may see it: undefined where the field is hidden from him. */
async function lineFor(one: TicketContext, fieldName: string, { fields, privacy, baseUrl }: LetterNeeds) {
  const { ticket } = one;
  const shown = await fields.visible(one, ticket);
  const field = shown.find(({ name }) => name === fieldName);
  if (!field || ticket.id === undefined) return undefined;
  const isShown = shown.some(({ name }) => name === 'summary');
  const summary = isShown ? String(ticket.values['summary'] ?? '') : '';
  const mayRead = privacy.mayRead(one, { realm: 'ticket', id: ticket.id, object: ticket });
  const link = baseUrl === '' ? '' : `${baseUrl}/ticket/${ticket.id}`;
  return { label: field.label, line: { id: ticket.id, summary: mayRead ? summary : hideAddresses(summary), link } };
}

/** The same for many tickets at once: those that the reader may view, if he may see the field at all. */
export async function writeBatch(
  ctx: OperationContext,
  events: readonly NotificationEvent[],
  { field, from, to }: Replacement,
  needs: LetterNeeds,
): Promise<BatchLetter | undefined> {
  const ids = events.map(({ ticket }) => ticket);
  const seen = [];
  for (const one of await needs.tickets.openAll(ctx, ids)) seen.push((await lineFor(one, field, needs)) ?? []);
  const lines = seen.flat();
  const [first] = lines;
  if (!first) return undefined;
  const author = nameOf(events[0]?.author ?? '', ctx.directory, hideAddresses);
  return { tickets: lines.map(({ line }) => line), label: first.label, from, to, author };
}
