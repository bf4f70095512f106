import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ITicketActionController, ITicketFields, ITicketService } from '../../core/index.ts';
import { component } from '../../core/kernel/component.ts';
import { IPermissionPolicy } from '../../core/security/extension-points.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { plainForm } from '../../core/ticket/plain-form.ts';
import { eachDialect } from '../support/databases.ts';
import { enter } from '../support/visitor.ts';

/**
 * Salary is for the boss alone, priority of tickets of type “task” too, and only the boss edits the component. The owner is
 * hidden from “ann”.
 */
const FieldPolicy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission: (permission, who, resource) => {
      if (resource?.realm !== 'field' || who.user.name === 'boss') return undefined;
      const { values } = (resource.parent?.object ?? {}) as { values?: Readonly<Record<string, unknown>> };
      const edits = permission === 'TICKET_FIELD_EDIT';
      const rules: Readonly<Record<string, boolean>> = {
        component: edits,
        salary: true,
        priority: values?.['type'] === 'task',
        owner: who.user.name === 'ann',
      };
      return rules[String(resource.id)] === true ? false : undefined;
    },
  }),
});

const INI = `[trac]
permission_policies = fields.FieldPolicy, DefaultTicketPolicy, DefaultPermissionPolicy
[ticket-custom]
salary = time
salary.format = date
salary.label = Wage
salary.value = 2024-05-06
note = text
note.visible_if = salary=
`;
const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };
const open = async (database?: { readonly url: string; readonly dir: string }): Promise<TestSite> => {
  const more = database ? { database } : {};
  return testSite({ grants: GRANTS, ini: INI, plugins: { fields: { FieldPolicy } }, ...more });
};

/** Ticket 1: a task whose wage, priority and keywords the boss changed; ticket 2: a defect. */
async function fill(site: TestSite): Promise<void> {
  const boss = site.as('boss');
  await boss.fileTicket({ summary: 'One', type: 'task', priority: 'minor', owner: 'zoe' });
  await boss.submit(1, 'leave', {}, { fields: { salary: '2031-01-01' } });
  await boss.submit(1, 'leave', {}, { fields: { salary: '2032-02-02', priority: 'trivial', keywords: 'open' } });
  await boss.fileTicket({ summary: 'Two', type: 'defect', priority: 'trivial', owner: 'adam' });
}

const SECRETS = [/Wage/, /salary/, /203[12]-/, /1956528000/];
const cellsOf = (body: string, label: string): string[] =>
  [...body.matchAll(new RegExp(`data-label="${label}">([^<]*)<`, 'g'))].map(([, text = '']) => text);
const idsIn = (body: string): number[] =>
  [...body.matchAll(/<td class="id"><a href="\/ticket\/(\d+)"/g)].map(([, id]) => Number(id));

eachDialect((fresh) => {
  test('a field that a policy hides is in no form, no page, no history and no list', async () => {
    await using site = await open(await fresh());
    await fill(site);
    const ann = await enter(site, 'ann');
    for (const url of ['/newticket', '/ticket/1', '/ticket/1?action=resolve', '/ticket/2', '/query?salary=2032-02-02']) {
      const { body, statusCode } = await ann.get(url);
      expect([url, statusCode]).toEqual([url, 200]);
      for (const secret of SECRETS) expect(body).not.toMatch(secret);
    }
    const page = (await ann.get('/ticket/1')).body;
    expect(page).not.toMatch(/Priority|trivial|minor|zoe|Owner</);
    expect(page).toContain('<ins>open</ins>');
    expect(page).not.toContain('id="comment:1"');
    expect(page).toContain('id="comment:2"');
    expect((await ann.get('/ticket/2')).body).toContain('trivial');
    const boss = (await (await enter(site, 'boss')).get('/ticket/1')).body;
    for (const text of ['Wage', '2032-02-02', 'zoe', 'id="comment:1"']) expect(boss).toContain(text);
  });

  test('lists neither show nor sort nor filter by it', async () => {
    await using site = await open(await fresh());
    await fill(site);
    const ann = await enter(site, 'ann');
    const all = (await ann.get('/query')).body;
    expect([all.includes('zoe'), all.includes('Owner'), cellsOf(all, 'Priority').sort()]).toEqual([
      false,
      false,
      ['', 'trivial'],
    ]);
    expect(idsIn((await ann.get('/query?owner=nobody')).body)).toHaveLength(2);
    expect(idsIn((await ann.get('/query?priority=trivial')).body)).toEqual([2]);
    expect(idsIn((await ann.get('/query?priority=!blocker')).body)).toEqual([2]);
    expect(idsIn((await ann.get('/query?order=priority&desc=1')).body)).toEqual([2, 1]);
    expect(idsIn((await ann.get('/query?order=owner')).body)).toEqual([1, 2]);
    const boss = await enter(site, 'boss');
    expect(idsIn((await boss.get('/query?order=owner')).body)).toEqual([2, 1]);
    expect(cellsOf((await boss.get('/query?owner=zoe')).body, 'Priority')).toEqual(['trivial']);
  });

  test('nobody it is hidden from sets it, and what the workflow or a default puts there is stored rightly', async () => {
    await using site = await open(await fresh());
    await fill(site);
    const ann = site.as('ann');
    const refused = await ann.apply(undefined, { fields: { summary: 'x', salary: '2030-01-01' } });
    expect(refused.problems).toEqual([{ field: 'field_salary', message: 'There is no field “salary” to fill in here.' }]);
    expect((await ann.apply(1, { action: 'leave', fields: { priority: 'major' } })).ok).toBe(false);
    expect((await ann.apply(2, { action: 'leave', fields: { component: 'other' } })).ok).toBe(false);
    expect((await site.ticket(1))['priority']).toBe('trivial');
    const { id } = await ann.fileTicket({ summary: 'with its default' });
    expect((await site.as('boss').form(id)).fields.get('salary')?.value).toEqual(new Date('2024-05-06T00:00:00Z'));
    await ann.submit(id, 'accept');
    expect((await site.as('boss').form(id)).fields.get('owner')?.value).toBe('ann');
  });
});

test('a hidden field is in no plain form, and no condition tells of it', async () => {
  await using site = await open();
  await fill(site);
  const form = await site.as('ann').run(async (ctx) => {
    const tickets = site.site.get(ITicketService);
    const ticket = await tickets.open(ctx, 1);
    return plainForm(ticket, await tickets.form(ticket), site.site.get(ITicketFields).type);
  });
  expect(form.fields.map(({ name }) => name)).not.toContain('salary');
  expect(form.fields.find(({ name }) => name === 'note')).toMatchObject({ applies: false, accepts: false });
  expect(JSON.stringify(form)).not.toContain('salary');
  const page = (await (await enter(site, 'ann')).get('/ticket/1')).body;
  expect(page).not.toContain('field_note');
});

test('lists of fields for other doors leave it out, for one ticket and for all', async () => {
  await using site = await open();
  await fill(site);
  const fields = site.site.get(ITicketFields);
  const names = await site.as('ann').run(async (ctx) => {
    const object = (type: string) => ({ id: 1, exists: true, values: { type }, version: 1 });
    const lists = [await fields.visible(ctx), await fields.visible(ctx, object('task')), await fields.visible(ctx, object('x'))];
    return lists.map((list) => ['salary', 'priority', 'keywords'].filter((name) => list.some((field) => field.name === name)));
  });
  expect(names).toEqual([['priority', 'keywords'], ['keywords'], ['priority', 'keywords']]);
});

test('a collision shows what others changed as far as one may see it', async () => {
  await using site = await open();
  await fill(site);
  const ann = await enter(site, 'ann');
  const posted = await ann.post('/ticket/1', { view_time: '1', comment: 'Late', action: 'leave', submit: 'x' });
  expect(posted.statusCode).toBe(409);
  expect(posted.body).toContain('Changed while you were writing');
  expect(posted.body).toContain('<ins>open</ins>');
  for (const secret of SECRETS) expect(posted.body).not.toMatch(secret);
});

test('a file of rules hides and locks fields too, and grants as before what it does not name', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tracts-authz-'));
  const file = path.join(dir, 'authz.conf');
  const rules = '[ticket:*/field:keywords]\nboss = TICKET_FIELD_VIEW\n* =\n[ticket:*/field:cc]\n* = !TICKET_FIELD_EDIT\n';
  writeFileSync(file, rules);
  const policies = 'permission_policies = AuthzPolicy, DefaultTicketPolicy, DefaultPermissionPolicy';
  const ini = `[trac]\n${policies}\n[authz_policy]\nauthz_file = ${file}\n`;
  await using site = await testSite({ grants: { ...GRANTS, boss: ['TICKET_EDIT_CC'] }, ini });
  const { id } = await site.as('boss').fileTicket({ summary: 'x' });
  const formOf = async (name: string) => (await site.as(name).form(id)).fields;
  expect((await formOf('ann')).has('keywords')).toBe(false);
  expect((await formOf('boss')).get('keywords')?.editable).toBe(true);
  expect((await formOf('boss')).get('cc')?.editable).toBe(false);
  expect((await formOf('ann')).get('priority')?.editable).toBe(true);
  rmSync(dir, { recursive: true });
});

test('an action may let in who may not file otherwise, and offers nothing else then', async () => {
  const Hotline = component({
    implements: [ITicketActionController],
    create: () => ({
      getTicketActions: ({ ticket }) =>
        ticket.exists ? [] : [{ name: 'call', label: 'note a call', grantsCreate: true, changes: () => ({ status: 'new' }) }],
    }),
  });
  const grants = { anonymous: ['TICKET_VIEW'], clerk: ['TICKET_CREATE'], admin: ['TRAC_ADMIN'] };
  await using site = await testSite({ grants, plugins: { hotline: { Hotline } } });
  const visitor = site.as('visitor');
  expect([...(await visitor.form()).actions.keys()]).toEqual(['call']);
  expect([...(await site.as('clerk').form()).actions.keys()].sort()).toEqual(['call', 'create']);
  expect(await visitor.fileTicket({ summary: 'A call' }, { action: 'call' })).toMatchObject({
    status: 'new',
    reporter: 'visitor',
  });
  expect((await visitor.apply(undefined, { action: 'create', fields: { summary: 'x' } })).ok).toBe(false);
  const person = await enter(site, 'visitor');
  expect((await person.get('/newticket')).statusCode).toBe(200);
  const posted = await person.post('/newticket', { field_summary: 'By page', action: 'call', submit: 'x' });
  expect([posted.statusCode, posted.headers.location]).toEqual([303, '/ticket/2']);
});

test('a policy may let in, or keep out, who files', async () => {
  const Doorman = component({
    implements: [IPermissionPolicy],
    create: () => ({
      checkPermission: (permission, { user }) => {
        if (permission !== 'TICKET_CREATE') return undefined;
        return user.name === 'friend' ? true : user.name === 'foe' ? false : undefined;
      },
    }),
  });
  const ini = '[trac]\npermission_policies = door.Doorman, DefaultTicketPolicy, DefaultPermissionPolicy\n';
  const grants = { anonymous: ['TICKET_VIEW'], foe: ['TICKET_CREATE'], admin: ['TRAC_ADMIN'] };
  await using site = await testSite({ grants, ini, plugins: { door: { Doorman } } });
  expect((await site.as('friend').fileTicket({ summary: 'x' })).id).toBe(1);
  await expect(site.as('foe').fileTicket({ summary: 'x' })).rejects.toThrow('TICKET_CREATE');
  expect((await (await enter(site, 'friend')).get('/newticket')).statusCode).toBe(200);
  expect((await (await enter(site, 'foe')).get('/newticket')).statusCode).toBe(403);
});
