import { expect, test } from 'vitest';
import { component, ITicketChangeListener } from '../../core/index.ts';
import { testSite } from '../../core/testing/index.ts';
import { enter } from '../support/visitor.ts';

/** Tells a chat that is not there. */
const Chat = component({
  implements: [ITicketChangeListener],
  create: () => ({
    ticketCreated: (ctx) =>
      ctx.afterCommit(async () => {
        throw new Error('the chat at https://joe:geheim@chat.example is away');
      }),
    ticketChanged: (ctx) =>
      ctx.afterCommit(() => {
        throw new Error('nobody listens');
      }, 'telling the chat'),
  }),
});

const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  keeper: ['CONFIG_VIEW'],
  admin: ['TRAC_ADMIN'],
};

test('what fails after a change is stored costs the person nothing, and those who look after the site learn of it', async () => {
  await using site = await testSite({ plugins: { chat: { Chat } }, grants: GRANTS });
  const [ann, keeper, admin] = [await enter(site, 'ann'), await enter(site, 'keeper'), await enter(site, 'admin')];
  expect((await admin.get('/about')).body).toContain('Nothing that we know of.');

  const answer = await ann.post('/newticket', { field_summary: 'It broke', field_type: 'defect', submit: 'Create' });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/ticket/1']);
  expect((await ann.get('/ticket/1')).body).toContain('It broke');
  await site.as('ann').submit(1, 'leave', {}, { comment: 'And again.' });

  const shown = (await keeper.get('/about')).body;
  expect(shown).toMatch(
    /After a change was stored, what follows new ticket heard by chat\.Chat failed: the chat at https:\/\/\(hidden\)@chat\.example is away \(\d{4}-\d\d-\d\d \d\d:\d\d UTC; ann, web\)\./,
  );
  expect(shown).toMatch(/telling the chat failed: nobody listens \([^)]*; ann, api\)/);
  expect(shown).not.toContain('geheim');
  expect((await admin.get('/prefs')).body).toContain('telling the chat failed');
  for (const path of ['/about', '/prefs', '/ticket/1']) expect((await ann.get(path)).body).not.toContain('the chat');
});

test('a failure names the ticket and the action it followed', async () => {
  const Clock = component({
    implements: [ITicketChangeListener],
    create: () => ({ ticketChanged: (ctx) => ctx.afterCommit(() => Promise.reject(new Error('stopped'))) }),
  });
  await using site = await testSite({ plugins: { sla: { Clock } }, grants: GRANTS });
  const ticket = await site.as('ann').fileTicket({ summary: 'One' });
  await site.as('ann').submit(ticket, 'resolve', { resolution: 'fixed' });
  expect((await (await enter(site, 'keeper')).get('/about')).body).toContain(
    'what follows #1 resolve heard by sla.Clock failed: stopped',
  );
});
