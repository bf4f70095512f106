import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { RECORDED_FIELDS } from '../support/recorded-fields.ts';
import { enter, type Visitor, visit } from '../support/visitor.ts';

/** Forms with the names of Trac's controls, as its browsers and scripts send them, for people of all sorts; beside tests/golden/ticket. */

const SORTS = {
  reads: [],
  comments: ['TICKET_APPEND'],
  edits: ['TICKET_CHGPROP'],
  works: ['TICKET_MODIFY'],
  files: ['TICKET_CREATE'],
  describes: ['TICKET_EDIT_DESCRIPTION'],
  lists: ['TICKET_APPEND', 'TICKET_EDIT_CC'],
  leads: ['TICKET_ADMIN'],
} as const satisfies Record<string, readonly string[]>;
type Sort = keyof typeof SORTS;
const ALL = Object.keys(SORTS) as Sort[];
const CHANGERS: readonly Sort[] = ['edits', 'works', 'leads'];
const COMMENTERS: readonly Sort[] = ['comments', 'works', 'lists', 'leads'];
const DESCRIBERS: readonly Sort[] = ['describes', 'leads'];

const openSite = (): Promise<TestSite> =>
  testSite({
    ini: RECORDED_FIELDS,
    grants: {
      anonymous: [],
      ...Object.fromEntries(ALL.map((name) => [name, ['TICKET_VIEW', ...SORTS[name]]])),
      admin: ['TRAC_ADMIN'],
    },
  });

type Form = Readonly<Record<string, string>>;
type Rows = readonly (readonly [field: string, old: string, now: string])[];

/** What one form leaves behind: where it leads, and the entry of the history. */
async function send(site: TestSite, visitor: Visitor, form: Form) {
  const { id } = await site
    .as('admin')
    .fileTicket({ summary: 'sum', description: 'desc', reporter: 'rep', owner: 'own', box: '1' });
  await site.as('admin').submit(id, 'leave', {}, { comment: 'first' });
  const answer = await visitor.post(`/ticket/${id}`, {
    action: 'leave',
    ...('preview' in form ? {} : { submit: 'Submit changes' }),
    ...form,
  });
  const entry = (await site.history(id))[1];
  return {
    isTaken: answer.statusCode === 303,
    location: String(answer.headers.location ?? '').replace(`/ticket/${id}`, '/ticket/N'),
    rows: entry ? entry.fields.map(({ field, old, new: now }) => [field, old, now] as const) : undefined,
    comment: entry?.comment,
    replyTo: entry?.replyTo,
  };
}

/** Who gets it stored; everybody else gets the form again, or, where nothing changes, simply the ticket. */
type Expected = Stored | 'unchanged' | 'refused';
interface Stored {
  readonly by: readonly Sort[];
  readonly rows?: Rows;
  readonly comment?: string;
  readonly replyTo?: string;
}

const CASES: readonly (readonly [name: string, form: Form, expected: Expected])[] = [
  ['a comment of blanks', { comment: ' \t ' }, 'unchanged'],
  ['a comment as typed, with the line ends of a browser', { comment: ' a\r\nb  \r\n' }, { by: COMMENTERS, comment: ' a\nb  \n' }],
  [
    'a comment with a field',
    { comment: 'c', field_summary: 'n' },
    { by: ['works', 'leads'], comment: 'c', rows: [['summary', 'sum', 'n']] },
  ],
  ['a summary with blanks around it', { field_summary: '  n \t' }, { by: CHANGERS, rows: [['summary', 'sum', 'n']] }],
  ['the summary it has, with blanks around it', { field_summary: '  sum ' }, 'unchanged'],
  ['a summary of blanks', { field_summary: '  ' }, 'refused'],
  [
    'a description with its blanks',
    { field_description: ' d \r\n' },
    { by: DESCRIBERS, rows: [['description', 'desc', ' d \n']] },
  ],
  ['no description', { field_description: '' }, { by: DESCRIBERS, rows: [['description', 'desc', '']] }],
  [
    'a description and a field',
    { field_description: 'd', field_keywords: 'k' },
    {
      by: ['leads'],
      rows: [
        ['description', 'desc', 'd'],
        ['keywords', '', 'k'],
      ],
    },
  ],
  ['another reporter', { field_reporter: 'x' }, { by: ['leads'], rows: [['reporter', 'rep', 'x']] }],
  ['no owner', { field_owner: '' }, { by: CHANGERS, rows: [['owner', 'own', '']] }],
  ['keywords', { field_keywords: ' a  b,c ' }, { by: CHANGERS, rows: [['keywords', '', 'a  b,c']] }],
  ['a Cc list with separators of all kinds', { field_cc: ' b;a b, ,A ' }, { by: ['leads'], rows: [['cc', '', 'b, a, A']] }],
  ['a priority that is none', { field_priority: 'nope' }, 'refused'],
  ['no priority', { field_priority: '' }, 'refused'],
  ['another type', { field_type: 'task' }, { by: CHANGERS, rows: [['type', 'defect', 'task']] }],
  ['a version', { field_version: '1.0' }, { by: CHANGERS, rows: [['version', '', '1.0']] }],
  ['a milestone that is none', { field_milestone: 'nope' }, 'refused'],
  [
    'a status',
    { field_status: 'closed', field_resolution: 'fixed', field_time: '2001-01-01', field_checkbox_status: '0' },
    'unchanged',
  ],
  ['a marked box with its companion', { field_checkbox_box: '0', field_box: '1' }, 'unchanged'],
  ['no text where there was one', { field_foo: '' }, { by: CHANGERS, rows: [['foo', 'dflt', '']] }],
  ['lines', { field_area_: ' a\r\n b ' }, { by: CHANGERS, rows: [['area_', '', ' a\n b ']] }],
  [
    'a text as long as it may be, without the blanks around it',
    { field_lim: '  12345 ' },
    { by: CHANGERS, rows: [['lim', '', '12345']] },
  ],
  [
    'a text as long as it may be, in characters',
    { field_lim: '😀😀😀😀😀' },
    { by: CHANGERS, rows: [['lim', '', '😀😀😀😀😀']] },
  ],
  ['a text of one character too many', { field_lim: '😀😀😀😀😀x' }, 'refused'],
  ['a choice', { field_sel: 'c' }, { by: CHANGERS, rows: [['sel', 'b', 'c']] }],
  ['a time that is none', { field_due: 'soon-ish' }, 'refused'],
  ['no time', { field_due: '  ' }, 'unchanged'],
  [
    'controls of another action',
    { action_resolve_resolve_resolution: 'fixed', action_reassign_reassign_owner: 'x' },
    'unchanged',
  ],
  ['an action of another state', { action: 'reopen' }, 'refused'],
  ['an action of new tickets', { action: 'create' }, 'refused'],
  ['a comment on an older version', { comment: 'x', view_time: '1' }, 'refused'],
  ['a comment with Trac’s own time', { comment: 'x', view_time: '1742040000000000' }, 'refused'],
  ['blanks on an older version', { comment: ' ', view_time: '1' }, 'unchanged'],
  ['a reply without a comment', { replyto: '1' }, 'unchanged'],
  [
    'a reply that changes a field',
    { replyto: '1', field_summary: 'n' },
    { by: CHANGERS, rows: [['summary', 'sum', 'n']], replyTo: '1' },
  ],
  ['a reply to words', { comment: 'x', replyto: '1; drop' }, 'refused'],
  [
    'a reply to nothing, with Trac’s number of the comment',
    { comment: 'x', replyto: '', cnum: '7' },
    { by: COMMENTERS, comment: 'x' },
  ],
  ['both buttons', { field_summary: 'n', preview: 'Preview', submit: 'Submit changes' }, 'refused'],
];

describe('a form sent to a ticket', () => {
  let site: TestSite;
  const people = new Map<Sort, Visitor>();
  beforeAll(async () => {
    site = await openSite();
    for (const sort of ALL) people.set(sort, await enter(site, sort));
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const answerTo = async (sort: Sort, form: Form) => ({ sort, ...(await send(site, people.get(sort) ?? visit(site), form)) });

  test.each(CASES)('%s', async (_name, form, expected) => {
    const storers = typeof expected === 'object' ? expected.by : [];
    for (const sort of storers) {
      const { rows = [], comment = '', replyTo = '' } = expected as Stored;
      const location = '/ticket/N#comment:2';
      expect(await answerTo(sort, form)).toEqual({ sort, isTaken: true, location, rows, comment, replyTo });
    }
    const isTaken = expected === 'unchanged';
    for (const sort of ALL.filter((one) => !storers.includes(one)))
      expect(await answerTo(sort, form)).toEqual({ sort, isTaken, location: isTaken ? '/ticket/N' : '' });
  });
});

test('the box of Cc counts whatever it says, on top of the list sent with it, and is refused to those who may not change Cc', async () => {
  await using site = await openSite();
  for (const sort of ALL) {
    const visitor = await enter(site, sort);
    const mayChange = CHANGERS.includes(sort);
    const alone = await send(site, visitor, { cc_update: '', cc_action: 'add', cc_memento: '' });
    expect([sort, alone.isTaken, alone.rows]).toEqual([sort, mayChange, mayChange ? [['cc', '', sort]] : undefined]);
    const both = await send(site, visitor, { cc_update: 'on', field_cc: '' });
    expect([sort, both.rows]).toEqual([sort, mayChange ? [['cc', '', sort]] : undefined]);
  }
  const listed = await send(site, await enter(site, 'leads'), { cc_update: 'on', field_cc: 'x; y' });
  expect(listed.rows).toEqual([['cc', '', 'x, y, leads']]);
});

test('a reporter left empty is whoever files', async () => {
  await using site = await openSite();
  for (const [id, sort, reporter] of [
    [1, 'files', ''],
    [2, 'leads', ''],
    [3, 'leads', ' \t'],
    [4, 'files', 'files'],
  ] as const) {
    const visitor = await enter(site, sort);
    const { headers } = await visitor.post('/newticket', {
      field_summary: 'S',
      field_reporter: reporter,
      cc_update: 'on',
      submit: 'x',
    });
    expect([headers.location, (await site.ticket(id))['reporter'], (await site.ticket(id))['cc']]).toEqual([
      `/ticket/${id}`,
      sort,
      sort,
    ]);
  }
});

test('a program may send the companion of a box instead of the box', async () => {
  await using site = await openSite();
  const { id } = await site.as('leads').fileTicket({ summary: 'S', box: '1' });
  await site.as('works').apply(id, { action: 'leave', fields: { field_checkbox_box: '0', field_box: '1' } });
  expect((await site.ticket(id))['box']).toBe('1');
  await site.as('works').apply(id, { action: 'leave', fields: { checkbox_box: '0' } });
  expect((await site.ticket(id))['box']).toBe('0');
  await site.as('works').apply(id, { action: 'leave', fields: { box: '1' } });
  const refused = await site.as('comments').apply(id, { action: 'leave', fields: { field_checkbox_box: '1' } });
  expect(refused.problems).toMatchObject([{ field: 'field_box' }]);
  const unknown = await site.as('works').apply(id, { action: 'leave', fields: { checkbox_foo: '0' } });
  expect(unknown.problems).toMatchObject([{ field: 'field_checkbox_foo' }]);
});

test('a comment is edited at the ticket’s own address, with Trac’s controls', async () => {
  await using site = await openSite();
  const { id } = await site.as('leads').fileTicket({ summary: 'S' });
  await site.as('comments').submit(id, 'leave', {}, { comment: 'as it was' });
  const text = async () => (await site.history(id))[0]?.comment;
  const edit = async (sort: Sort, form: Form) => {
    const { statusCode, headers, body } = await (await enter(site, sort)).post(`/ticket/${id}`, {
      cnum_edit: '1',
      action: 'leave',
      ...form,
    });
    return { statusCode, location: headers.location, body };
  };
  expect(await edit('comments', { edit_comment: 'Submit', edited_comment: ' mine\r\n' })).toMatchObject({
    statusCode: 303,
    location: `/ticket/${id}#comment:1`,
  });
  expect(await text()).toBe(' mine\n');
  const preview = await edit('leads', { preview_comment: 'Preview', edited_comment: 'only looked at' });
  expect([preview.statusCode, preview.body.includes('only looked at')]).toEqual([200, true]);
  expect(preview.body).toContain(`action="/ticket/${id}/comment/1/edit"`);
  expect(await edit('leads', { cancel_comment: 'Cancel', edited_comment: 'x' })).toMatchObject({
    statusCode: 303,
    location: `/ticket/${id}`,
  });
  expect((await edit('works', { edit_comment: 'Submit', edited_comment: 'x' })).statusCode).toBe(403);
  for (const cnum_edit of ['2', '0', 'x', ''])
    expect((await edit('leads', { edit_comment: 'Submit', edited_comment: 'x', cnum_edit })).statusCode).toBe(404);
  const long = await edit('leads', { edit_comment: 'Submit', edited_comment: 'x'.repeat(262_145) });
  expect([long.statusCode, long.body.includes('too long')]).toEqual([422, true]);
  expect(await text()).toBe(' mine\n');
  await edit('leads', { edit_comment: 'Submit', edited_comment: '' });
  expect([await text(), (await site.history(id))[0]?.edited?.revisions]).toEqual(['', 2]);
});

test('somebody without an account signs with a name, and edits no comment of that name', async () => {
  await using site = await testSite({
    grants: { anonymous: ['TICKET_VIEW', 'TICKET_APPEND', 'TICKET_CREATE'], admin: ['TRAC_ADMIN'] },
  });
  const guest = visit(site);
  await guest.post('/newticket', { field_summary: 'S', field_reporter: '', author: 'Mia', submit: 'x' });
  await guest.post('/ticket/1', { action: 'leave', comment: 'hello', author: ' Mia ', submit: 'x' });
  expect([(await site.ticket(1))['reporter'], (await site.history(1))[0]?.author]).toEqual(['Mia', 'Mia']);
  const edited = await guest.post('/ticket/1', { edit_comment: 'Submit', cnum_edit: '1', edited_comment: 'x', author: 'Mia' });
  expect(edited.statusCode).toBe(403);
});
