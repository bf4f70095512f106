import {
  BadRequestError,
  type ChangeKind,
  describeChange,
  type Field,
  type HistoryEntry,
  type OperationContext,
  type Outcome,
  type RecentChange,
  type WebRequest,
} from 'tracts';
import { parameter } from './address.ts';
import { hider, type Needs, personOf } from './scope.ts';

const PAGE = 50;
const LONGEST_EXCERPT = 200;
const KINDS: Readonly<Record<ChangeKind, string>> = {
  created: 'Tickets filed',
  commented: 'Comments',
  changed: 'Fields changed',
};
const isKind = (name: string): name is ChangeKind => Object.hasOwn(KINDS, name);

/** One field of one change, in a line. */
interface FieldLine {
  readonly label: string;
  readonly old: string;
  readonly new: string;
}

function fieldLines({ fields }: HistoryEntry, known: ReadonlyMap<string, Field>, needs: Needs, zone: string): FieldLine[] {
  return fields.flatMap(({ field: name, old, new: now, note }) => {
    const field = known.get(name);
    if (field?.internal) return [];
    if (note || !field) return [{ label: field?.label ?? name, old, new: now }];
    const said = describeChange(needs.fields.type(field.type), old, now, field, zone);
    if (said.kind === 'text') return [{ label: field.label, old: '', new: '' }];
    if (said.kind === 'list') return [{ label: field.label, old: said.removed.join(', '), new: said.added.join(', ') }];
    const label = (text: string): string => field.optionLabels[text] ?? text;
    return [{ label: field.label, old: label(said.old), new: label(said.new) }];
  });
}

const excerpt = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT).trimEnd()} …` : line;
};

function viewChange(
  change: RecentChange,
  known: ReadonlyMap<string, Field>,
  seen: ReadonlySet<string>,
  needs: Needs,
  request: WebRequest,
) {
  const { ctx, entry, author, time } = change;
  const hide = hider(ctx, needs.privacy);
  const { id } = ctx.ticket;
  const lines = entry ? fieldLines(entry, known, needs, ctx.timeZone) : [];
  const path = request.href(`/ticket/${id}`);
  return {
    kind: entry === undefined ? 'created' : entry.comment === '' ? 'changed' : 'commented',
    time,
    author: personOf(ctx, author, hide),
    ticket: id,
    summary: seen.has('summary') ? hide(String(ctx.ticket.values['summary'] ?? '')) : '',
    href: !needs.pages.has('/ticket/:id') ? '' : entry ? `${path}?comment=${entry.number}#comment:${entry.number}` : path,
    internal: entry?.internal ?? false,
    deleted: entry?.deleted !== undefined,
    text: entry ? hide(excerpt(entry.comment)) : '',
    fields: lines.map(({ label, old, new: now }) => ({ label, old: hide(old), new: hide(now) })),
  };
}

/** GET /changes: what happened to all tickets that the person may view, newest first. */
export async function showChanges(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const author = parameter(request, 'author').trim();
  const kind = parameter(request, 'kind');
  if (kind !== '' && !isKind(kind))
    throw new BadRequestError(`There is no kind “${kind.slice(0, 40)}”. Known: ${Object.keys(KINDS).join(', ')}.`);
  const after = parameter(request, 'after');
  const { changes, next } = await needs.tickets.recentChanges(ctx, {
    author: author || undefined,
    kinds: kind === '' ? undefined : [kind as ChangeKind],
    limit: PAGE,
    after: after || undefined,
  });
  const known = new Map((await needs.fields.all(ctx)).map((field) => [field.name, field]));
  const items = [];
  for (const change of changes) {
    const seen = new Set((await needs.fields.visible(change.ctx, change.ctx.ticket)).map(({ name }) => name));
    items.push(viewChange(change, known, seen, needs, request));
  }
  const address = (more: Readonly<Record<string, string>>): string => {
    const said = Object.entries({ author, kind, ...more }).filter(([, value]) => value !== '');
    return said.length === 0 ? request.href('/changes') : `${request.href('/changes')}?${new URLSearchParams(said).toString()}`;
  };
  return {
    template: 'ticket-history/changes.njk',
    data: {
      title: 'Changes',
      items,
      author,
      kind,
      kinds: Object.entries(KINDS).map(([name, label]) => ({ name, label })),
      action: request.href('/changes'),
      isFirst: after === '',
      first: address({}),
      next: next === undefined ? '' : address({ after: next }),
    },
  };
}
