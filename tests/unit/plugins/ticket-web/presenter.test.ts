import { expect, test } from 'vitest';
import { type FieldSpec, type FieldType, type HistoryEntry, ITexts, type TicketContext } from '../../../../core/index.ts';
import { testSite } from '../../../../core/testing/index.ts';
import { FormDraft, toField } from '../../../../core/ticket/form.ts';
import { hideAddresses } from '../../../../plugins/addresses/api.ts';
import { checkbox, select } from '../../../../plugins/field-types/choice.ts';
import { text, textarea } from '../../../../plugins/field-types/text.ts';
import { time } from '../../../../plugins/field-types/time.ts';
import { problemsByControl, type Viewer, viewField } from '../../../../plugins/ticket-web/field-view.ts';
import { viewChange, viewEntries } from '../../../../plugins/ticket-web/history-view.ts';
import { presentTicket } from '../../../../plugins/ticket-web/presenter.ts';

const types = new Map<string, FieldType>(
  [text, textarea, select, checkbox, time].map((type) => [type.name, type as unknown as FieldType]),
);
const typeOf = (name: string): FieldType => types.get(name) ?? (text as unknown as FieldType);
const seer: Viewer = { href: (path) => `/prefix${path}`, hide: (value) => value, typeOf, timeZone: 'UTC' };
const stranger: Viewer = { ...seer, hide: hideAddresses };
const field = (spec: Partial<FieldSpec>, value: unknown = '') => {
  const made = toField({ name: 'thing', type: 'text', ...spec }, 'test');
  made.value = value;
  return made;
};

test('a stored value that is no longer offered stays the chosen one', () => {
  const view = viewField(field({ type: 'select', options: ['a', 'b'] }, 'gone'), seer);
  expect(view.options.map(({ value, selected }) => [value, selected])).toEqual([
    ['gone', true],
    ['a', false],
    ['b', false],
  ]);
});

test('a time is typed exactly and in UTC, so that sending it back changes nothing', async () => {
  for (const iso of ['2026-03-01T13:05:00.000Z', '2026-03-01T13:05:07.123Z', '2026-03-01T13:05:07.000Z']) {
    const due = field({ type: 'time', format: 'datetime' }, new Date(iso));
    const { text: typed } = viewField(due, seer);
    expect(await time.parse(typed, due, { now: new Date() } as TicketContext)).toEqual(new Date(iso));
  }
  expect(viewField(field({ type: 'time', format: 'date' }, new Date('2026-03-01T00:00:00Z')), seer).text).toBe('2026-03-01');
});

test('a value leads to the tickets that share it, unless it holds an address that must not be seen', () => {
  expect(viewField(field({ name: 'owner' }, 'joe'), seer).href).toBe('/prefix/query?status=%21closed&owner=joe');
  expect(viewField(field({ name: 'owner' }, 'joe@example.org'), stranger)).toMatchObject({
    href: '',
    shown: 'joe@…',
    text: 'joe@…',
  });
  expect(viewField(field({ name: 'status', ticketlinkQuery: '?type=defect' }, 'new'), seer).href).toBe(
    '/prefix/query?type=defect&status=new',
  );
  expect(viewField(field({ name: 'notes', fullrow: true }, 'x'), seer).href).toBe('');
});

test('help and problem are both read out with the control', () => {
  const view = viewField(field({ help: 'Say it.' }), seer, { problem: 'No.' });
  expect(view.describedBy).toBe('help-field_thing problem-field_thing');
});

test('several problems of one control are told together', () => {
  const found = problemsByControl([{ field: 'a', message: 'One.' }, { message: 'Whole.' }, { field: 'a', message: 'Two.' }]);
  expect([...found]).toEqual([['a', 'One. Two.']]);
});

const form = () =>
  new FormDraft([
    field({ name: 'owner', label: 'Owner' }),
    field({ name: 'keywords', format: 'list' }),
    field({ name: 'description', type: 'textarea' }),
    field({ name: 'due', type: 'time', format: 'date' }),
  ]);

test('changes are told by what happened to the value', () => {
  const of = (name: string, old: string, now: string) => viewChange({ field: name, old, new: now }, form(), stranger);
  expect(of('owner', '', 'joe')).toMatchObject({ kind: 'set', label: 'Owner', new: 'joe' });
  expect(of('owner', 'joe', '')).toMatchObject({ kind: 'removed', old: 'joe' });
  expect(of('owner', 'joe', 'a@b.org')).toMatchObject({ kind: 'changed', new: 'a@…' });
  expect(of('keywords', 'a, b', 'b, c')).toMatchObject({ kind: 'list', added: ['c'], removed: ['a'] });
  expect(of('description', 'old\ntext', 'new')).toMatchObject({ kind: 'text', old: 'old\ntext', new: '' });
  expect(of('due', '', '001774915200000000')).toMatchObject({ kind: 'set', new: '2026-03-31' });
  expect(of('vanished', 'x', 'y')).toMatchObject({ kind: 'changed', label: 'Vanished' });
});

const entry = (number: number, replyTo = ''): HistoryEntry => ({
  number,
  replyTo,
  replies: [],
  author: 'joe',
  time: new Date(0),
  via: 'web',
  action: 'leave',
  comment: 'See #2',
  format: 'wiki',
  internal: false,
  deleted: undefined,
  edited: undefined,
  fields: [],
});

const entriesOf = (history: readonly HistoryEntry[], can = false, seen?: number) => {
  const people = new Map([['joe', { name: 'joe', fullName: 'Joe F.', email: '' }]]);
  const ticket = { id: 1, exists: true, values: {}, version: 3 };
  const user = { name: 'joe', authenticated: true };
  const now = new Date(0);
  const ctx = { ticket, user, now, directory: { people, grants: new Map() }, can: () => can } as unknown as TicketContext;
  const draft = form();
  draft.mayComment = true;
  return viewEntries(history, { ctx, form: draft, viewer: seer, html: history.map(({ comment }) => comment), seen });
};

test('entries know their answers, and which of them are new to the reader', () => {
  const [first, second, third] = entriesOf([{ ...entry(1), replies: [2, 9] }, entry(2, '1'), entry(3, 'description')], false, 1);
  expect([first, second, third].map((one) => one?.fresh)).toEqual([false, true, true]);
  expect(first).toMatchObject({ anchor: 'comment:1', author: { name: 'joe', label: 'Joe F.' }, commentHtml: 'See #2' });
  expect(first?.replies).toEqual([
    { href: '#comment:2', label: 'comment 2' },
    { href: '/prefix/ticket/1?comment=9#comment:9', label: 'comment 9' },
  ]);
  expect(second?.replyTo).toEqual({ href: '#comment:1', label: 'comment 1' });
  expect(third?.replyTo).toEqual({ href: '#description', label: 'the description' });
});

test('one may edit one’s own comment, more with permissions, and nothing of a deleted one', () => {
  const others = { ...entry(2), author: 'ann' };
  const deleted = { ...entry(3), comment: '', deleted: { by: 'boss', time: new Date(0) } };
  const tools = (entries: ReturnType<typeof entriesOf>) =>
    entries.map(({ replyHref, editHref, deleteHref }) => [replyHref, editHref, deleteHref].map((href) => href !== ''));
  expect(tools(entriesOf([entry(1), others, deleted]))).toEqual([
    [true, true, false],
    [true, false, false],
    [false, false, false],
  ]);
  expect(tools(entriesOf([entry(1), others, deleted], true))).toEqual([
    [true, true, true],
    [true, true, true],
    [false, false, false],
  ]);
  expect(entriesOf([deleted])[0]?.deleted?.by.name).toBe('boss');
});

test('beside a refused form the page shows what is stored', async () => {
  const draft = form();
  const owner = draft.fields.get('owner');
  if (owner) owner.value = 'typed';
  const values = { summary: 'S', status: 'new', owner: 'stored', time: new Date(0) };
  const ctx = {
    ticket: { id: 1, exists: true, values, version: 3 },
    directory: { people: new Map(), grants: new Map() },
  } as unknown as TicketContext;
  const problems = [{ field: 'field_owner', message: 'No.' }, { field: 'field_gone', message: 'Gone.' }, { message: 'Whole.' }];
  const applied = {
    ok: false,
    id: 1,
    problems,
    warnings: [],
    form: draft,
    ticket: ctx.ticket,
    change: undefined,
    outcome: 'stay',
    collision: false,
  } as const;
  await using site = await testSite();
  const view = await presentTicket({ ctx, form: draft, history: [], applied }, seer, site.site.get(ITexts));
  expect(view.facts.find(({ name }) => name === 'owner')?.shown).toBe('stored');
  expect(view.groups[0]?.fields.find(({ name }) => name === 'owner')).toMatchObject({
    text: 'typed',
    problem: 'No.',
    changed: true,
  });
  expect(view.problems).toEqual([
    { message: 'No.', target: 'field-field_owner' },
    { message: 'Gone.', target: '' },
    { message: 'Whole.', target: '' },
  ]);
});
