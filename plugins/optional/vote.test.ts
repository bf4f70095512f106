import { type TestSite, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { eachDialect } from '../../tests/support/databases.ts';
import { enter } from '../../tests/support/visitor.ts';
import * as deleting from './delete-ticket.ts';
import * as plugin from './vote.ts';

const plugins = { vote: plugin, 'delete-ticket': deleting };
const rows = (site: TestSite) =>
  site.as('admin').run((ctx) => ctx.db('ticket_vote').orderBy('voter').select('voter', 'vote') as Promise<unknown>);

eachDialect((fresh) => {
  test('each person has one vote, may turn it or take it back, and it goes with the ticket', async () => {
    await using site = await testSite({ plugins, database: await fresh() });
    const { id } = await site.fileTicket({ summary: 'Dark mode' });
    for (const name of ['ann', 'bob', 'carl']) await site.as(name).submit(id, 'vote_up');
    await expect(site.as('ann').submit(id, 'vote_up')).rejects.toThrow('is not available');
    expect(await site.ticket(id)).toMatchObject({ votes: 3, status: 'new' });
    await site.as('bob').submit(id, 'vote_down');
    await site.as('carl').submit(id, 'vote_none');
    expect(await site.ticket(id)).toMatchObject({ votes: 0 });
    expect(await rows(site)).toEqual([
      { voter: 'ann', vote: 1 },
      { voter: 'bob', vote: -1 },
    ]);
    await site.as('dan').submit(id, 'vote_down');
    expect(await site.ticket(id)).toMatchObject({ votes: -1 });
    await site.as('admin').apply(id, { action: 'delete' });
    expect(await rows(site)).toEqual([]);
  });

  test('votes at the same time all count', async () => {
    await using site = await testSite({ plugins, database: await fresh() });
    const { id } = await site.fileTicket({ summary: 'Dark mode' });
    await Promise.all(['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => site.as(name).submit(id, 'vote_up')));
    expect(await site.ticket(id)).toMatchObject({ votes: 5 });
  });
});

test('without an account or TICKET_VOTE nobody votes, and nobody sets the sum', async () => {
  const grants = { anonymous: ['TICKET_VIEW', 'TICKET_APPEND', 'TICKET_CREATE'], guest: [], admin: ['TRAC_ADMIN'] };
  await using site = await testSite({
    plugins,
    grants: { ...grants, anonymous: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_CHGPROP'] },
  });
  const { id } = await site.as('admin').fileTicket({ summary: 'x' });
  await expect(site.as('guest').submit(id, 'vote_up')).rejects.toThrow('is not available');
  const { problems } = await site.as('guest').apply(id, { action: 'leave', fields: { votes: '99' } });
  expect(problems.map(({ message }) => message)).toContain('You may not change Votes.');
  await expect(site.as('guest').fileTicket({ summary: 'x', votes: '99' })).rejects.toThrow('You may not change Votes.');
  await using open = await testSite({ plugins, grants });
  await open.as('admin').fileTicket({ summary: 'x' });
  await expect(open.as('anonymous').submit(1, 'vote_up')).rejects.toThrow('is not available');
  await open.as('guest').submit(1, 'vote_up');
});

test('in the page the actions stand after those of the workflow and say what the sum will be', async () => {
  await using site = await testSite({ plugins });
  const { id } = await site.fileTicket({ summary: 'x' });
  const ann = await enter(site, 'ann');
  expect((await ann.get(`/ticket/${id}`)).body).toContain('The sum of votes will be 1.');
  expect((await ann.post(`/ticket/${id}`, { action: 'vote_up', submit: 'Submit' })).statusCode).toBe(303);
  const page = (await ann.get(`/ticket/${id}`)).body;
  expect([page.includes('value="vote_up"'), page.includes('value="vote_none"')]).toEqual([false, true]);
});
