import { NotFoundError } from 'tracts';
import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as plugin from './delete-ticket.ts';

const plugins = { 'delete-ticket': plugin };
const grants = {
  authenticated: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_MODIFY'],
  cleaner: ['TICKET_DELETE'],
  boss: ['TICKET_ADMIN'],
  admin: ['TRAC_ADMIN'],
};

test('a holder of TICKET_DELETE deletes a ticket together with its history', async () => {
  await using site = await testSite({ plugins, grants });
  const kept = await site.fileTicket({ summary: 'Keep me' });
  const { id } = await site.fileTicket({ summary: 'Spam' });
  await site.submit(id, 'leave', {}, { comment: 'More spam' });
  const applied = await site.as('cleaner').apply(id, { action: 'delete' });
  expect([applied.ok, applied.outcome, applied.change]).toEqual([true, 'gone', undefined]);
  await expect(site.ticket(id)).rejects.toThrow(NotFoundError);
  const left = await site
    .as('admin')
    .run(async ({ db }) => [await db('ticket').pluck('id'), await db('ticket_change').pluck('ticket')]);
  expect(left).toEqual([[kept.id], []]);
});

test('the action asks to confirm, stands last, and is included in TICKET_ADMIN', async () => {
  await using site = await testSite({ plugins, grants });
  const { id } = await site.fileTicket({ summary: 'Any' });
  for (const name of ['cleaner', 'boss', 'admin']) {
    const { actions } = await site.as(name).form(id);
    expect([...actions.keys()].at(-1), name).toBe('delete');
    expect(actions.get('delete')?.confirm).toContain(`#${id}`);
  }
});

test('without TICKET_DELETE the action is neither offered nor taken', async () => {
  await using site = await testSite({ plugins, grants });
  const { id } = await site.fileTicket({ summary: 'Mine' });
  expect([...(await site.form(id)).actions.keys()]).not.toContain('delete');
  await expect(site.submit(id, 'delete')).rejects.toThrow('The action “delete” is not available.');
  expect(await site.ticket(id)).toMatchObject({ summary: 'Mine' });
});

test('a ticket that does not exist yet cannot be deleted', async () => {
  await using site = await testSite({ plugins, grants });
  expect([...(await site.as('admin').form()).actions.keys()]).not.toContain('delete');
  await expect(site.as('admin').fileTicket({ summary: 'New' }, { action: 'delete' })).rejects.toThrow('is not available');
});

test('somebody who saw an older version is told of the change and deletes nothing', async () => {
  await using site = await testSite({ plugins, grants });
  const seen = await site.fileTicket({ summary: 'Any' });
  await site.submit(seen, 'leave', {}, { comment: 'This one is important after all.' });
  const applied = await site.as('cleaner').apply(seen.id, { action: 'delete', basedOn: seen.rowVersion, comment: 'Spam.' });
  expect([applied.ok, applied.collision]).toEqual([false, true]);
  expect(await site.ticket(seen.id)).toMatchObject({ summary: 'Any' });
});

test('the page offers it as a choice, and the form leads back to the list of tickets', async () => {
  await using site = await testSite({ plugins, grants });
  const { id } = await site.fileTicket({ summary: 'Spam' });
  const [cleaner, other] = [await enter(site, 'cleaner'), await enter(site, 'ann')];
  expect((await other.get(`/ticket/${id}`)).body).not.toContain('value="delete"');
  expect((await other.post(`/ticket/${id}`, { action: 'delete', submit: 'Submit' })).statusCode).toBe(422);
  expect((await cleaner.get(`/ticket/${id}`)).body).toContain('value="delete"');
  await cleaner.post(`/ticket/${id}`, { action: 'delete', preview: 'Preview' });
  expect((await cleaner.get(`/ticket/${id}`)).statusCode).toBe(200);
  const asked = await cleaner.post(`/ticket/${id}`, { action: 'delete', submit: 'Submit', comment: 'Spam, "really"' });
  expect([asked.statusCode, asked.body]).toEqual([200, expect.stringContaining('This cannot be undone')]);
  expect(asked.body).toContain('name="comment" value="Spam, &quot;really&quot;"');
  const mistaken = await cleaner.post(`/ticket/${id}`, { action: 'delete', submit: 'Submit', confirmed: 'leave' });
  expect(mistaken.statusCode).toBe(200);
  expect((await cleaner.get(`/ticket/${id}`)).statusCode).toBe(200);
  const answer = await cleaner.post(`/ticket/${id}`, { action: 'delete', submit: '1', confirmed: 'delete' });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/query']);
  expect((await cleaner.get(`/ticket/${id}`)).statusCode).toBe(404);
});

test('switched off, action and permission are gone', async () => {
  await using site = await testSite({ grants: { ...grants, boss: ['TICKET_ADMIN'] } });
  const { id } = await site.fileTicket({ summary: 'Any' });
  expect([...(await site.as('boss').form(id)).actions.keys()]).not.toContain('delete');
  await expect(site.as('boss').submit(id, 'delete')).rejects.toThrow('is not available');
});
