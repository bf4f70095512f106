import { component, IPermissionPolicy } from 'tracts';
import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as plugin from './resolve-as-duplicate.ts';

const plugins = { 'resolve-as-duplicate': plugin };

test('duplicate is an action of its own that closes the ticket and names the other one', async () => {
  await using site = await testSite({ plugins });
  const first = await site.fileTicket({ summary: 'Crash' });
  const second = await site.fileTicket({ summary: 'Crash again' });
  await site.submit(second, 'resolve_as_duplicate', { ticket: `#${first.id}` });
  expect(await site.ticket(second.id)).toMatchObject({ status: 'closed', resolution: 'duplicate', duplicate_of: first.id });
  const [entry] = await site.history(second.id);
  expect(entry?.fields).toContainEqual({ field: 'duplicate_of', old: '', new: String(first.id) });
});

test('resolve offers every resolution but duplicate, and refuses it when it is sent by hand', async () => {
  await using site = await testSite({ plugins });
  const { id } = await site.fileTicket({ summary: 'Crash' });
  const form = await site.form(id);
  expect(form.input('resolve', 'resolution')?.options).toEqual(['fixed', 'invalid', 'wontfix', 'worksforme']);
  await expect(site.submit(id, 'resolve', { resolution: 'duplicate' })).rejects.toThrow('not one of');
  expect(await site.ticket(id)).toMatchObject({ status: 'new', resolution: '' });
});

test('the field cannot be edited past the action', async () => {
  await using site = await testSite({ plugins });
  const first = await site.fileTicket({ summary: 'Crash' });
  const second = await site.fileTicket({ summary: 'Crash again' });
  const past = site.as('admin').submit(second, 'leave', {}, { fields: { duplicate_of: first.id } });
  await expect(past).rejects.toThrow('You may not change Duplicate of.');
  await expect(site.fileTicket({ summary: 'Third', duplicate_of: first.id })).rejects.toThrow('You may not change');
});

test.each(['', '999', 'abc', '0', '-1', '1e9', '99999999999', '#', '1; drop table ticket', '１'])(
  'the other ticket must be one that exists: “%s” is refused',
  async (ticket) => {
    await using site = await testSite({ plugins });
    const { id } = await site.fileTicket({ summary: 'Crash' });
    const applied = await site.apply(id, { action: 'resolve_as_duplicate', inputs: { ticket } });
    expect(applied.problems.map(({ field }) => field)).toContain('action_resolve_as_duplicate_ticket');
    expect(await site.ticket(id)).toMatchObject({ status: 'new' });
  },
);

test('a ticket is no duplicate of itself', async () => {
  await using site = await testSite({ plugins });
  const { id } = await site.fileTicket({ summary: 'Crash' });
  const applied = await site.apply(id, { action: 'resolve_as_duplicate', inputs: { ticket: id } });
  expect(applied.problems).toEqual([
    { field: 'action_resolve_as_duplicate_ticket', message: 'A ticket cannot be a duplicate of itself.' },
  ]);
});

test('a ticket that may not be viewed is answered as one that is not there', async () => {
  const Secret = component({
    implements: [IPermissionPolicy],
    create: () => ({
      checkPermission: (permission, { user }, resource) =>
        permission === 'TICKET_VIEW' && resource?.id === 1 && user.name === 'guest' ? false : undefined,
    }),
  });
  const ini = '[trac]\npermission_policies = Secret, DefaultPermissionPolicy\n';
  await using site = await testSite({ plugins: { ...plugins, secret: { Secret } }, ini });
  await site.fileTicket({ summary: 'Embargoed' });
  const { id } = await site.fileTicket({ summary: 'Crash' });
  const told = async (ticket: number): Promise<string[]> =>
    (await site.as('guest').apply(id, { action: 'resolve_as_duplicate', inputs: { ticket } })).problems.map(({ message }) =>
      message.replaceAll(String(ticket), 'N'),
    );
  expect(await told(1)).toEqual(await told(77));
  expect(await told(1)).toHaveLength(1);
  expect((await site.apply(id, { action: 'resolve_as_duplicate', inputs: { ticket: 1 } })).ok).toBe(true);
});

test('who may not resolve is not offered it, and neither is anybody on a closed ticket', async () => {
  await using site = await testSite({ plugins, grants: { anonymous: ['TICKET_VIEW', 'TICKET_CREATE'], dev: ['TICKET_MODIFY'] } });
  const first = await site.fileTicket({ summary: 'Crash' });
  const { id } = await site.fileTicket({ summary: 'Crash again' });
  expect([...(await site.as('guest').form(id)).actions.keys()]).not.toContain('resolve_as_duplicate');
  await expect(site.as('guest').submit(id, 'resolve_as_duplicate', { ticket: first.id })).rejects.toThrow('is not available');
  await site.as('dev').submit(id, 'resolve_as_duplicate', { ticket: first.id });
  await expect(site.as('dev').submit(id, 'resolve_as_duplicate', { ticket: first.id })).rejects.toThrow('is not available');
});

test('in the page the number is asked for beside the action, and a wrong one is told next to it', async () => {
  await using site = await testSite({ plugins });
  const first = await site.fileTicket({ summary: 'Crash' });
  const { id } = await site.fileTicket({ summary: 'Crash again' });
  const dev = await enter(site, 'dev');
  expect((await dev.get(`/ticket/${id}`)).body).toContain('name="action_resolve_as_duplicate_ticket"');
  const send = (ticket: string) =>
    dev.post(`/ticket/${id}`, { action: 'resolve_as_duplicate', action_resolve_as_duplicate_ticket: ticket, submit: 'Submit' });
  const refused = await send('4711');
  expect(refused.statusCode).toBe(422);
  expect(refused.body).toContain('There is no ticket #4711 that you may view');
  expect(refused.body).toContain('value="4711"');
  expect((await send(`#${first.id}`)).statusCode).toBe(303);
  const page = (await dev.get(`/ticket/${id}`)).body;
  expect(page).toContain('(closed: duplicate)');
  expect(page).toContain(`href="/ticket/${first.id}"`);
});
