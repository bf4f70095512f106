import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { component, ITicketActionController, ITicketFieldProvider, ITicketFields, ITicketService } from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';
import { plainForm } from '../../../core/ticket/plain-form.ts';
import { enter } from '../../support/visitor.ts';

/** What a row of docs/admin/fields.md says, cell by cell. */
interface Row {
  /** The first cell of the row. */
  readonly row: string;
  /** The lines of trac.ini that it is about, without the field's name. */
  readonly lines: readonly string[];
  readonly form: 'control' | '-' | 'locked control' | 'hidden control';
  readonly summary: boolean;
  readonly accepted: boolean;
  /** An empty value is refused. */
  readonly marked?: boolean;
  /** What the plain form says; null: the field is left out. */
  readonly plain: Readonly<Record<string, unknown>> | null;
  /** In the control's part of the page. */
  readonly drawn?: RegExp;
  /** In the summary. */
  readonly shown?: RegExp;
  /** A value that is refused. */
  readonly refused?: string;
}

const same = { form: 'control', summary: true, accepted: true } as const;
const gone = { form: '-', summary: false, accepted: false, plain: null } as const;
const readOnly = { form: '-', summary: true, accepted: false } as const;
const locked = { form: 'locked control', summary: true, accepted: false, plain: { disabled: true, accepts: false } } as const;
const LABEL = /<label for="field-field_\w+">Tags/;

const ROWS: readonly Row[] = [
  { row: 'nothing', lines: [], ...same, plain: { accepts: true, visible: true, editable: true, applies: true, required: false } },
  { row: '`visible = no`', lines: ['visible = no'], ...gone },
  { row: '`hidden = yes`', lines: ['hidden = yes'], ...gone },
  {
    row: '`visible = no`, `editable = yes`',
    lines: ['visible = no', 'editable = yes'],
    ...same,
    summary: false,
    plain: { visible: false, editable: true, accepts: true },
  },
  { row: '`editable = no`', lines: ['editable = no'], ...readOnly, plain: { editable: false, accepts: false } },
  { row: '`disabled = yes`', lines: ['disabled = yes'], ...locked },
  { row: '`required = yes`', lines: ['required = yes'], ...same, marked: true, plain: { required: true } },
  {
    row: '`visible_if` does not hold',
    lines: ['visible_if = type=task'],
    form: 'hidden control',
    summary: false,
    accepted: false,
    plain: { applies: false, accepts: false },
  },
  { row: '`visible_if` holds', lines: ['visible_if = type=defect'], ...same, plain: { applies: true, accepts: true } },
  { row: '`required_if` holds', lines: ['required_if = type=defect'], ...same, marked: true, plain: { required: true } },
  { row: '`required_if` does not hold', lines: ['required_if = type=task'], ...same, plain: { required: false } },
  { row: '`editable_if` does not hold', lines: ['editable_if = type=task'], ...locked },
  { row: '`editable_if` holds', lines: ['editable_if = type=defect'], ...same, plain: { disabled: false, accepts: true } },
  {
    row: '`edit_permission` that the person lacks',
    lines: ['edit_permission = TICKET_ADMIN'],
    ...readOnly,
    plain: { editable: false, accepts: false },
  },
  {
    row: '`edit_permission` that the person holds',
    lines: ['edit_permission = TICKET_APPEND, TICKET_CHGPROP'],
    ...same,
    plain: { editable: true, accepts: true },
  },
  { row: '`label`', lines: ['label = Tags'], ...same, plain: { label: 'Tags' }, drawn: LABEL, shown: /<dt>Tags<\/dt>/ },
  {
    row: '`title`',
    lines: ['title = A tip'],
    ...same,
    plain: { title: 'A tip' },
    drawn: /title="A tip"/,
    shown: /title="A tip"/,
  },
  { row: '`help`', lines: ['help = Do so'], ...same, plain: { help: 'Do so' }, drawn: /<p class="help"[^>]*>Do so<\/p>/ },
  {
    row: '`group`',
    lines: ['group = More'],
    ...same,
    plain: { group: 'More' },
    drawn:
      /<fieldset class="field-group"><legend>More<\/legend><div class="field-grid"><div[^>]*><label[^>]*>[^<]*<\/label><input[^>]*THING/,
  },
  {
    row: '`order`',
    lines: ['order = -2000'],
    ...same,
    plain: { order: -2000 },
    drawn: /^(?:(?!name="field_owner").)*name="THING/s,
    shown: /^<dl><div><dt>THING/,
  },
  {
    row: '`fullrow = yes`',
    lines: ['fullrow = yes', 'format = plain'],
    ...same,
    plain: { fullrow: true },
    drawn: /<div class="field field-text field-wide"[^>]*><label for="field-THING"/,
    shown: /<section class="ticket-text"[^>]*>(?:(?!<\/section>).)*old/s,
  },
  { row: '`plaintext = yes`', lines: ['plaintext = yes'], ...same, plain: { plaintext: true } },
  { row: '`size`', lines: ['size = 7'], ...same, plain: { size: 7 }, drawn: /<input[^>]*THING[^>]* size="7"/ },
  { row: '`rows`, `cols`', lines: ['rows = 3', 'cols = 9'], ...same, plain: { rows: 3, cols: 9 } },
  {
    row: '`max_size`',
    lines: ['max_size = 5'],
    ...same,
    plain: { maxSize: 5 },
    refused: 'six chars',
  },
  { row: '`value`', lines: ['value = preset'], ...same, plain: { value: 'old' } },
];

const GRANTS = { anonymous: ['TICKET_VIEW'], ann: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

/** A built-in field, one of a plugin, one of trac.ini. */
const FIELDS = { keywords: [], extra: [], note: ['note = text'] } as const;

/** A plugin with a field, and an action that files a ticket in which the field under test holds “old”, whatever the form offers. */
const plugin = (name: string) => ({
  Extra: component({
    implements: [ITicketFieldProvider],
    create: () => ({ getTicketFields: () => [{ name: 'extra', type: 'text' }] }),
  }),
  Planting: component({
    implements: [ITicketActionController],
    create: () => ({
      getTicketActions: ({ ticket }) =>
        ticket.exists ? [] : [{ name: 'plant', weight: -1, changes: () => ({ status: 'new', [name]: 'old' }) }],
    }),
  }),
});

async function stage(name: keyof typeof FIELDS, { lines }: Row): Promise<{ readonly site: TestSite; readonly id: number }> {
  const ini = ['[ticket-custom]', ...FIELDS[name], ...lines.map((line) => `${name}.${line}`), ''].join('\n');
  const site = await testSite({ ini, grants: GRANTS, plugins: { planting: plugin(name) } });
  const { id } = await site
    .as('ann')
    .fileTicket({ summary: 'x' }, { action: 'plant' })
    .catch(() => plantFilled(site, name));
  return { site, id };
}

/** Where the field must be filled in, the person does so first. */
const plantFilled = (site: TestSite, name: string) =>
  site.as('ann').fileTicket({ summary: 'x', [name]: 'any' }, { action: 'plant' });

const within = (pattern: RegExp | undefined, name: string): RegExp | undefined =>
  pattern &&
  new RegExp(
    pattern.source.replace('<dt>THING', `<dt>${name[0]?.toUpperCase()}${name.slice(1)}`).replaceAll('THING', `field_${name}`),
    pattern.flags,
  );

const summaryOf = (page: string): string =>
  `${/<dl>.*?<\/dl>/s.exec(page)?.[0] ?? ''}${/<div class="ticket-body">.*?(?=<section class="history|<form)/s.exec(page)?.[0] ?? ''}`;
const formOf = (page: string): string => page.slice(Math.max(0, page.indexOf('<fieldset class="property-fields">')));

function controlIn(form: string, name: string): Row['form'] {
  const control = new RegExp(`<input type="text" [^>]*name="field_${name}"[^>]*>`).exec(form);
  if (!control) return '-';
  const isHidden = new RegExp(`data-companion="field_checkbox_${name}" hidden>`).test(form);
  if (isHidden) return 'hidden control';
  return / disabled/.test(control[0]) ? 'locked control' : 'control';
}

describe.each(Object.keys(FIELDS) as (keyof typeof FIELDS)[])('of the field “%s”', (name) => {
  test.each(ROWS)('$row', async (row) => {
    const { site, id } = await stage(name, row);
    await using _ = site;
    const ann = site.as('ann');

    // The form object and the plain form.
    const field = (await ann.form(id)).fields.get(name);
    expect(field?.editable === true && field.applies && !field.disabled).toBe(row.accepted);
    const plain = await ann.run(async (ctx) => {
      const ticket = await site.site.get(ITicketService).open(ctx, id);
      return plainForm(ticket, await site.site.get(ITicketService).form(ticket), site.site.get(ITicketFields).type);
    });
    const found = plain.fields.find((one) => one.name === name);
    if (row.plain === null) expect(found).toBeUndefined();
    else expect(found).toMatchObject(row.plain);

    // The page.
    const { body } = await (await enter(site, 'ann')).get(`/ticket/${id}`);
    const form = formOf(body);
    expect(controlIn(form, name)).toBe(row.form);
    expect(/aria-required="true"/.test(new RegExp(`<input[^>]*name="field_${name}"[^>]*>`).exec(form)?.[0] ?? '')).toBe(
      row.marked === true,
    );
    expect(/\bold\b/.test(summaryOf(body))).toBe(row.summary);
    const drawn = within(row.drawn, name);
    if (drawn) expect(form.replace(/^<fieldset class="property-fields"><legend>Properties<\/legend>/, '')).toMatch(drawn);
    const shown = within(row.shown, name);
    if (shown) expect(summaryOf(body)).toMatch(shown);

    // What is stored.
    const sent = await ann.apply(id, { action: 'leave', fields: { [name]: 'new' } });
    expect([sent.ok, (await site.ticket(id))[name]]).toEqual(row.accepted ? [true, 'new'] : [false, 'old']);
    const empty = await ann.apply(id, { action: 'leave', fields: { [name]: '' } });
    expect(empty.ok).toBe(row.accepted && !row.marked);
    if (row.refused) expect((await ann.apply(id, { action: 'leave', fields: { [name]: row.refused } })).ok).toBe(false);
    if (row.plain !== null && row.accepted)
      expect((await ann.apply(id, { action: 'leave', comment: 'just words' })).ok).toBe(true);
  });
});

test('a default is filled into the form of a new ticket, and stored', async () => {
  await using site = await testSite({ ini: '[ticket-custom]\nkeywords.value = preset\npriority.value = 1\n', grants: GRANTS });
  expect((await (await enter(site, 'ann')).get('/newticket')).body).toContain('value="preset"');
  expect(await site.as('ann').fileTicket({ summary: 'x' })).toMatchObject({ keywords: 'preset', priority: 'critical' });
});

test('rows and cols size a text area', async () => {
  await using site = await testSite({ ini: '[ticket-custom]\ndescription.rows = 3\ndescription.cols = 9\n', grants: GRANTS });
  expect((await (await enter(site, 'ann')).get('/newticket')).body).toMatch(
    /<textarea id="field-field_description"[^>]* rows="3" cols="9">/,
  );
});

test('the line of the documentation lets administrators alone reword a summary, and everybody file', async () => {
  await using site = await testSite({ ini: '[ticket-custom]\nsummary.edit_permission = TICKET_ADMIN\n', grants: GRANTS });
  const { id } = await site.as('ann').fileTicket({ summary: 'Typo' });
  await expect(site.as('ann').submit(id, 'leave', {}, { fields: { summary: 'Type' } })).rejects.toThrow(
    'You may not change Summary.',
  );
  expect(await site.as('admin').submit(id, 'leave', {}, { fields: { summary: 'Type' } })).toMatchObject({ summary: 'Type' });
  expect((await (await enter(site, 'ann')).get(`/ticket/${id}`)).body).toContain('<del>Typo</del>');
});

test('a field that nobody sees or edits is in no history on the page', async () => {
  await using site = await testSite({
    ini: '[ticket-custom]\nnote = text\nnote.visible = no\n',
    grants: GRANTS,
    plugins: [setter],
  });
  const { id } = await site.as('ann').fileTicket({ summary: 'x' });
  await site.as('ann').submit(id, 'set');
  expect((await site.ticket(id))['note']).toBe('kept');
  expect((await (await enter(site, 'ann')).get(`/ticket/${id}`)).body).not.toMatch(/kept|comment:1/);
});

const setter = {
  Setter: component({
    implements: [ITicketActionController],
    create: () => ({
      getTicketActions: ({ ticket }) => (ticket.exists ? [{ name: 'set', changes: () => ({ note: 'kept' }) }] : []),
    }),
  }),
};

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one comparison a cell
test('the table of the documentation has these rows and says the same in each cell', () => {
  const text = readFileSync('docs/admin/fields.md', 'utf8');
  const table = text.slice(text.indexOf('| lines |'), text.indexOf('What is sent and equals'));
  const rows = table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
  expect(rows.map(([first]) => first)).toEqual(ROWS.map(({ row }) => row));
  for (const [index, [, form = '', summary = '', accepted = '', plain = '']] of rows.entries()) {
    const row = ROWS[index];
    const drawn = ['locked control', 'hidden control', '-'].find((word) => form === word) ?? 'control';
    const cells = [drawn, form.includes('marked'), summary !== '-', accepted.startsWith('yes'), accepted.includes('not empty')];
    // Help is shown in the form alone; the value itself is in the summary all the same.
    const shows = row?.row === '`help`' ? false : row?.summary;
    expect([row?.row, ...cells]).toEqual([row?.row, row?.form, row?.marked === true, shows, row?.accepted, row?.marked === true]);
    const [, key = '', value] = /^`(\w+)(?:: (\w+))?`$/.exec(plain) ?? [];
    if (row?.plain === null) expect(plain).toBe('left out');
    else expect(value === undefined ? Object.hasOwn(row?.plain ?? {}, key) : String(row?.plain[key])).toBe(value ?? true);
  }
});
