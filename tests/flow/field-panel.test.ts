import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IEnvironment } from '../../core/index.ts';
import { testSite } from '../../core/testing/index.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';
import { enter } from '../support/visitor.ts';

const INI = `[ticket-custom]
# who pays
customer = text
customer.label = Customer ; really
broken = select
points = number
points.min = lots
`;
const HOSTILE = `"><script>alert(1)</script>{{7*7}} [x] = # ;`;

let site: ServedSite;
beforeAll(async () => {
  site = await serveSite({ ini: INI });
  await site.addPerson('boss', 'Bo Ss', ['TICKET_ADMIN']);
});
afterAll(() => site?.[Symbol.asyncDispose]());

const file = (): string => readFileSync(site.service.site.get(IEnvironment).configFile, 'utf8');

/** Asks as `boss`, with a form where fields are given. */
async function ask(path: string, fields?: Record<string, string>): Promise<{ readonly status: number; readonly body: string }> {
  const cookies = await site.cookiesOf('boss');
  const token = cookies.find(({ name }) => name === 'trac_form_token')?.value ?? '';
  const headers = { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), origin: site.url };
  const form = fields ? { method: 'POST', body: new URLSearchParams({ __FORM_TOKEN: token, ...fields }) } : {};
  const answer = await fetch(site.url + path, { ...form, headers, redirect: 'manual' });
  return { status: answer.status, body: await answer.text() };
}
const HOME = '/admin/ticket/fields';
const edit = (field: string, step: string, fields: Record<string, string> = {}) =>
  ask(`${HOME}?field=${field}`, { field, step, ...fields });
const problem = (body: string, field: string): string => new RegExp(`id="problem-${field}">([^<]*)<`).exec(body)?.[1] ?? '';

test('lists every field in order with where it comes from, and the lines that make none', async () => {
  const { status, body } = await ask(HOME);
  expect(status).toBe(200);
  const order = [...body.matchAll(/data-label="Name"><code>([a-z]+)</g)].map(([, name]) => name);
  expect([order[0], order.at(-1)]).toEqual(['summary', 'points']);
  expect(body).toContain('ticket-fields.BuiltinFields');
  expect(body).toMatch(/make no field.*<code>broken<\/code>/s);
});

test('a problem of the file stands at its attribute with its line', async () => {
  const { body } = await ask(`${HOME}?field=points`);
  const line = file().split('\n').indexOf('points.min = lots') + 1;
  expect(problem(body, 'attr_min')).toContain(`line ${line}`);
});

test('a new field goes into trac.ini and is there after the reload', async () => {
  expect(
    (await ask(HOME, { step: 'create', name: 'Colour', type: 'select', label: 'Colour of it', options: '|red|green' })).status,
  ).toBe(303);
  expect(file()).toContain('colour = select\ncolour.label = Colour of it\ncolour.options = |red|green\n');
  expect((await ask(HOME)).body).toContain('Colour of it');
  await site.service.reload();
  expect((await ask('/newticket')).body).toContain('name="field_colour"');
});

test.each([
  [{ name: '' }, 'name'],
  [{ name: 'x' }, 'name'],
  [{ name: 'a.b' }, 'name'],
  [{ name: HOSTILE }, 'name'],
  [{ name: 'summary' }, 'name'],
  [{ name: 'customer' }, 'name'],
  [{ name: 'broken' }, 'name'],
  [{ name: 'group' }, 'name'],
  [{ name: 'shade', type: 'select' }, 'name'],
  [{ name: 'shade', type: 'nonsense' }, 'name'],
])('%j makes no field: the form says why and the file stays', async (fields, field) => {
  const before = file();
  const { status, body } = await ask(HOME, { step: 'create', type: 'text', label: HOSTILE, options: '', ...fields });
  expect([status, problem(body, field) !== '']).toEqual([422, true]);
  expect(body).not.toContain('<script>alert');
  expect(file()).toBe(before);
});

test('attributes are written, changed and taken out line by line; comments stay', async () => {
  expect(
    (await edit('customer', 'save', { attr_label: 'Client', attr_help: ' Who\n pays? ', attr_required: 'yes' })).status,
  ).toBe(303);
  expect(file()).toMatch(/# who pays\ncustomer = text\ncustomer\.label = Client\n/);
  expect(file()).toContain('customer.help = Who pays?');
  expect((await edit('customer', 'save', { attr_label: 'Client', attr_help: '', attr_required: 'yes' })).status).toBe(303);
  expect(file()).not.toContain('customer.help');
  expect((await edit('priority', 'save', { attr_label: 'Urgency' })).status).toBe(303);
  expect((await ask(HOME)).body).toMatch(/Urgency.*adjusted in trac\.ini/s);
});

test('what cannot be is told at its attribute, and nothing is written', async () => {
  const before = file();
  const refused = await edit('customer', 'save', {
    attr_size: 'wide',
    attr_visible_if: 'type=',
    attr_edit_permission: 'TICKET_ADMINN',
  });
  expect(refused.status).toBe(422);
  expect(problem(refused.body, 'attr_size')).toContain('no whole number');
  expect(problem(refused.body, 'attr_edit_permission')).toContain('Did you mean TICKET_ADMIN?');
  expect(refused.body).toContain('value="wide"');
  expect(file()).toBe(before);
});

test('a preview draws the control as it would be and writes nothing', async () => {
  const before = file();
  const { status, body } = await edit('customer', 'preview', {
    type: 'select',
    attr_label: HOSTILE,
    attr_options: 'one|two',
    attr_value: '1',
  });
  expect(status).toBe(200);
  const preview = /id="field-preview">(.*?)<\/section>/s.exec(body)?.[1] ?? '';
  expect(preview).toMatch(/<select[^>]*name="field_customer".*<option value="two" selected>/s);
  expect(body).not.toContain('<script>alert');
  expect(file()).toBe(before);
});

test('a field moves up and down, a built-in one too', async () => {
  const order = async (): Promise<string[]> =>
    [...(await ask(HOME)).body.matchAll(/data-label="Name"><code>([a-z]+)</g)].map(([, name = '']) => name);
  const before = await order();
  const at = before.indexOf('priority');
  expect((await edit('priority', 'up')).status).toBe(303);
  expect((await order()).indexOf('priority')).toBe(at - 1);
  await edit('priority', 'down');
  expect(await order()).toEqual(before);
  const last = before.at(-1) ?? '';
  await edit(last, 'up');
  expect((await order()).at(-2)).toBe(last);
  expect([...(await order())].sort()).toEqual([...before].sort());
});

test('deleting takes the lines out; what tickets hold comes back with the field', async () => {
  await site.service.reload();
  const id = await site.submit('boss', undefined, { fields: { summary: 'x', customer: 'ACME' } });
  expect((await edit('customer', 'remove')).status).toBe(303);
  expect(file()).toContain('# who pays');
  expect(file()).not.toMatch(/^customer/m);
  await site.service.reload();
  expect((await ask(`/ticket/${id}`)).body).not.toContain('ACME');
  expect((await ask(HOME, { step: 'create', name: 'customer', type: 'text', label: '', options: '' })).status).toBe(303);
  await site.service.reload();
  expect((await ask(`/ticket/${id}`)).body).toContain('ACME');
  expect((await edit('broken', 'remove')).status).toBe(303);
  expect((await ask(HOME)).body).not.toContain('make no field');
  expect((await edit('nothing', 'remove')).status).toBe(404);
});

test('is for TICKET_ADMIN alone, with a form token, and says when there is no file to write', async () => {
  await using memory = await testSite({ grants: { authenticated: ['TICKET_CREATE'], admin: ['TRAC_ADMIN'] } });
  const [ann, admin] = [await enter(memory, 'ann'), await enter(memory, 'admin')];
  expect((await ann.get(HOME)).statusCode).toBe(403);
  expect((await ann.post(HOME, { step: 'create', name: 'xx', type: 'text' })).statusCode).toBe(403);
  const answer = await admin.post(HOME, { step: 'create', name: 'xx', type: 'text', label: '', options: '' });
  expect([answer.statusCode, answer.body.includes('cannot be written')]).toEqual([422, true]);
  admin.cookies.set('trac_form_token', 'forged');
  expect((await admin.post(HOME, { step: 'remove', field: 'x' })).statusCode).toBeGreaterThanOrEqual(400);
});
