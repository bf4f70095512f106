import { expect, test } from 'vitest';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { addAccount, enter, visit } from '../support/visitor.ts';

const GRANTS = {
  anonymous: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_APPEND'],
  authenticated: ['TICKET_MODIFY'],
  admin: ['TRAC_ADMIN'],
};
const file = (site: TestSite, fields: Record<string, string>) =>
  visit(site).post('/newticket', { field_summary: 'From outside', submit: 'Create ticket', ...fields });

test('a stranger files with a name or an address, and is named so', async () => {
  await using site = await testSite({ grants: GRANTS });
  const form = (await visit(site).get('/newticket')).body;
  expect(form).toMatch(/Your name or e-mail address|Reporter/);
  for (const name of ['Zoe Outside', 'zoe@example.org', '', '<i>zoe</i>', 'anonymous'])
    expect((await file(site, { field_reporter: name })).statusCode).toBe(303);
  const reporters = await Promise.all([1, 2, 3, 4, 5].map(async (id) => (await site.ticket(id))['reporter']));
  expect(reporters).toEqual(['Zoe Outside', 'zoe@example.org', 'anonymous', '<i>zoe</i>', 'anonymous']);
  expect((await visit(site).get('/ticket/2')).body).not.toContain('zoe@example.org');
  expect((await (await enter(site, 'admin')).get('/ticket/2')).body).toContain('zoe@example.org');
});

test.each(['ann', 'ANN', ' ann ', 'Ann'])('a stranger cannot file as the account ann by calling himself %j', async (name) => {
  await using site = await testSite({ grants: GRANTS });
  await addAccount(site, 'ann');
  for (const fields of [{ field_reporter: name }, { author: name }] as Record<string, string>[]) {
    const answer = await file(site, fields);
    expect([fields, answer.statusCode, answer.body.includes('is the name of an account')]).toEqual([fields, 422, true]);
  }
});

test.each(['ann', 'Ann'])('nor comment as it, by calling himself %j', async (author) => {
  await using site = await testSite({ grants: GRANTS });
  await addAccount(site, 'ann');
  await site.as('ann').fileTicket({ summary: 'One' });
  const answer = await visit(site).post('/ticket/1', { action: 'leave', comment: 'Me!', author, submit: 'x' });
  expect([answer.statusCode, (await site.history(1)).length]).toEqual([422, 0]);
  const honest = await visit(site).post('/ticket/1', { action: 'leave', comment: 'Me!', author: 'Zoe', submit: 'x' });
  expect([honest.statusCode, (await site.history(1))[0]?.author]).toEqual([303, 'Zoe']);
});

test('somebody logged in is who he is, whatever the form says', async () => {
  await using site = await testSite({ grants: GRANTS });
  const ben = await enter(site, 'ben');
  await site.as('ann').fileTicket({ summary: 'One' });
  await ben.post('/ticket/1', { action: 'leave', comment: 'Hm', author: 'ann', submit: 'x' });
  expect((await site.history(1))[0]?.author).toBe('ben');
  const claimed = await ben.post('/newticket', { field_summary: 'Two', field_reporter: 'ann', submit: 'x' });
  expect(claimed.statusCode).toBe(422);
  await ben.post('/newticket', { field_summary: 'Two', author: 'ann', submit: 'x' });
  expect((await site.ticket(2))['reporter']).toBe('ben');
  const admin = await enter(site, 'admin');
  await admin.post('/newticket', { field_summary: 'Three', field_reporter: 'ann', submit: 'x' });
  expect((await site.ticket(3))['reporter']).toBe('ann');
});

test('where strangers may not file, the form is closed and offers to log in', async () => {
  await using site = await testSite({ grants: { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE'] } });
  const page = await visit(site).get('/newticket?summary=A%20%26%20B');
  const back = encodeURIComponent('/newticket?summary=A%20%26%20B');
  expect([page.statusCode, page.body.includes(`href="/login?referer=${back}"`)]).toEqual([403, true]);
  expect((await file(site, {})).statusCode).toBe(403);
});
