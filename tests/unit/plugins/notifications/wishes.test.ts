import { expect, test } from 'vitest';
import type { TestSite } from '../../../../core/testing/index.ts';
import { eachDialect } from '../../../support/databases.ts';
import { type MailServer, startMailServer } from '../../../support/mail-server.ts';
import { inSeconds, mailSite, queued } from '../../../support/mail-site.ts';
import { enter, visit } from '../../../support/visitor.ts';

const recipients = ({ mails }: MailServer): string[] => mails.flatMap(({ to }) => to).toSorted();
const next = async (site: TestSite, server: MailServer, now?: Date): Promise<string[]> => {
  server.mails.length = 0;
  await site.deliver(now);
  return recipients(server);
};
const GRANTS = { anonymous: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

eachDialect((fresh) => {
  test('whoever watches a ticket is told of it until he stops', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, ini: '', grants: GRANTS, database: await fresh() });
    const { id } = await site.as('ann').fileTicket({ summary: 'Dark mode' });
    await site.deliver();
    const cas = await enter(site, 'cas');
    expect((await cas.get(`/ticket/${id}`)).body).toContain('value="watch"');
    expect((await cas.post(`/ticket/${id}/watch`, { wish: 'watch' })).headers.location).toBe(`/x/ticket/${id}`);
    expect((await cas.get(`/ticket/${id}`)).body).toContain('Stop watching');
    expect((await cas.get('/prefs/notifications')).body).toContain('Dark mode');
    await site.as('ann').submit(id, 'leave', {}, { comment: 'one' });
    expect(await next(site, server)).toEqual(['cas@example.org']);
    await cas.post(`/ticket/${id}/watch`, { wish: 'none', from: 'prefs' });
    await site.as('ann').submit(id, 'leave', {}, { comment: 'two' });
    expect(await next(site, server)).toEqual([]);
  });

  test('the link at the end of a mail stops mails on that ticket by one click, without a login', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    const { id } = await site.as('ann').fileTicket({ summary: 'Secret summary', cc: 'stranger@example.net, ben' });
    await next(site, server);
    for (const address of ['ann@example.org', 'stranger@example.net']) {
      const mail = server.mails.find(({ to }) => to.includes(address));
      if (!mail) throw new Error('no mail');
      expect(server.header(mail, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
      const link =
        /^<https:\/\/tracker\.example\.org\/x(\/[^>]+)>$/.exec(server.header(mail, 'List-Unsubscribe') ?? '')?.[1] ?? '';
      expect(mail.parsed.text).toContain(link);
      const page = await visit(site).get(link);
      expect([page.statusCode, page.body.includes('Secret summary'), page.body.includes(`#${id}`)]).toEqual([200, false, true]);
      await site.as('ben').submit(id, 'leave', {}, { comment: 'a link that is only looked at changes nothing' });
      expect(await next(site, server)).toContain(address);
      // As a mail program does it: no cookie, no token, another site's origin.
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://mail.example.com' };
      const answer = await site.inject({ method: 'POST', url: link, headers, payload: 'List-Unsubscribe=One-Click' });
      expect(answer.statusCode).toBe(200);
      await site.as('ben').submit(id, 'leave', {}, { comment: `not for ${address.slice(0, 3)}` });
      expect(await next(site, server)).not.toContain(address);
    }
    expect(recipients(server)).toEqual(['ben@example.org']);
    await site.as('ann').fileTicket({ summary: 'another', cc: 'stranger@example.net' });
    expect(await next(site, server)).toEqual(['ann@example.org', 'stranger@example.net']);
    const ann = await enter(site, 'ann');
    expect((await ann.get(`/ticket/${id}`)).body).toContain('Hear of it again');
  });

  test('a person says for each reason whether and how soon he is told', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    const ann = await enter(site, 'ann');
    const wishes = { digest_hour: '7', quiet_from: '', quiet_to: '', format: 'text/plain' };
    const saved = await ann.post('/prefs/notifications', {
      ...wishes,
      rule_TicketUpdaterSubscriber: 'never',
      rule_NewTicketSubscriber: 'now',
    });
    expect([saved.statusCode, saved.headers.location]).toEqual([303, '/x/prefs/notifications']);
    await site.as('ben').fileTicket({ summary: 'by ben' });
    expect(await next(site, server)).toEqual(['ann@example.org', 'ben@example.org']);
    expect(server.mails.find(({ to }) => to.includes('ann@example.org'))?.parsed.html).toBeFalsy();
    expect(server.mails.find(({ to }) => to.includes('ben@example.org'))?.parsed.html).toContain('by ben');
    const { id } = await site.as('ann').fileTicket({ summary: 'by ann' });
    expect(await next(site, server)).toEqual([]);
    await site.as('ben').submit(id, 'leave', {}, { comment: 'x' });
    expect(await next(site, server)).toEqual(['ann@example.org', 'ben@example.org']);
    const page = (await ann.get('/prefs/notifications')).body;
    expect(page).toMatch(/name="rule_TicketUpdaterSubscriber".*?value="never" selected/s);
    const refused = await ann.post('/prefs/notifications', { ...wishes, quiet_from: 'late', rule_NewTicketSubscriber: 'never' });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('Write a time of day as 22:00.');
    expect((await visit(site).get('/prefs/notifications')).headers.location).toContain('/login');
  });

  test('a digest collects what happened, as the person may read it then, and comes once', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    const ben = await enter(site, 'ben');
    await ben.post('/prefs/notifications', { digest_hour: '7', format: '', rule_CarbonCopySubscriber: 'hourly' });
    const { id } = await site.as('ann').fileTicket({ summary: 'First ticket', cc: 'ben' });
    await site.as('ann').fileTicket({ summary: 'Second ticket', cc: 'ben' });
    await site.as('ann').submit(id, 'leave', {}, { comment: 'A remark', fields: { priority: 'blocker' } });
    await site
      .as('ann')
      .submit(id, 'leave', {}, { comment: 'SECRET remark', internal: true })
      .catch(() => undefined);
    expect(await next(site, server)).toEqual(['ann@example.org', 'ann@example.org', 'ann@example.org']);
    expect(await next(site, server, inSeconds(3700))).toEqual(['ben@example.org']);
    const { parsed } = server.mails[0] ?? {};
    expect(parsed?.subject).toBe('[Parcel] 3 changes');
    for (const part of [parsed?.text, parsed?.html])
      for (const text of ['First ticket', 'Second ticket', 'A remark', 'blocker']) expect(part).toContain(text);
    expect(server.mails[0]?.source).not.toContain('SECRET');
    expect(await next(site, server, inSeconds(8000))).toEqual([]);
    expect(await queued(site)).toEqual([]);
    expect(await site.as('admin').run(({ db }) => db('notification_digest').select())).toEqual([]);
    await site.as('ann').fileTicket({ summary: 'Third ticket', cc: 'ben' });
    await next(site, server);
    expect(await next(site, server, inSeconds(3700))).toEqual(['ben@example.org']);
    const link = /\/notifications\/stop\/[\w.-]+/.exec(server.mails[0]?.parsed.text ?? '')?.[0] ?? '';
    expect((await site.inject({ method: 'POST', url: link })).body).toContain('no more digests');
    await site.as('ann').fileTicket({ summary: 'Fourth ticket', cc: 'ben' });
    expect([await next(site, server), await next(site, server, inSeconds(90_000))].flat()).toEqual(['ann@example.org']);
  });

  test('in quiet hours mails wait until these are over', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    const clock = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
    const ann = await enter(site, 'ann');
    await ann.post('/prefs/notifications', { digest_hour: '7', quiet_from: clock(-1), quiet_to: clock(2) });
    await site.as('ann').fileTicket({ summary: 'x', cc: 'ben' });
    expect(await next(site, server)).toEqual(['ben@example.org']);
    expect(await next(site, server, inSeconds(3600))).toEqual([]);
    expect(await next(site, server, inSeconds(7300))).toEqual(['ann@example.org']);
  });

  test('whoever is mentioned is told once, if he may view the ticket', async () => {
    await using server = await startMailServer();
    const grants = { ...GRANTS, anonymous: [], ann: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_MODIFY'], ben: ['TICKET_VIEW'] };
    await using site = await mailSite({ port: server.port, ini: '', grants, database: await fresh() });
    const { id } = await site
      .as('ann')
      .fileTicket({ summary: 'x', description: 'Ask @ben, @cas and @nobody. {{{@ann}}} ann@ben.org' });
    expect(await next(site, server)).toEqual(['ben@example.org']);
    await site.as('ann').submit(id, 'leave', {}, { comment: '@ben: @ben?' });
    expect(await next(site, server)).toEqual(['ben@example.org']);
    await site.as('ann').submit(id, 'leave', {}, { comment: 'nobody in particular' });
    expect(await next(site, server)).toEqual([]);
  });
});

test('a link that nobody signed, or for another, stops nothing', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({ port: server.port, grants: GRANTS });
  const { id } = await site.as('ann').fileTicket({ summary: 'x' });
  await next(site, server);
  const link = /\/notifications\/stop\/[\w.-]+/.exec(server.mails[0]?.parsed.text ?? '')?.[0] ?? '';
  const [payload = '', signature = ''] = link.slice('/notifications/stop/'.length).split('.');
  const forged = Buffer.from(JSON.stringify(['ben', '', id, ''])).toString('base64url');
  for (const token of [`${forged}.${signature}`, `${payload}.`, payload, `${payload}.${signature}x`, 'x'])
    expect((await site.inject({ method: 'POST', url: `/notifications/stop/${token}` })).statusCode).toBe(404);
  await site.as('ann').submit(id, 'leave', {}, { comment: 'still told' });
  expect(await next(site, server)).toEqual(['ann@example.org']);
});

test('without an account nobody watches, and nobody watches what he may not view', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({
    port: server.port,
    grants: { ann: ['TICKET_VIEW', 'TICKET_CREATE'], admin: ['TRAC_ADMIN'] },
  });
  const { id } = await site.as('ann').fileTicket({ summary: 'x' });
  const cas = await enter(site, 'cas');
  expect((await cas.post(`/ticket/${id}/watch`, { wish: 'watch' })).statusCode).toBe(403);
  expect((await visit(site).post(`/ticket/${id}/watch`, { wish: 'watch' })).statusCode).toBe(403);
  expect(await site.as('admin').run(({ db }) => db('ticket_watch').select())).toEqual([]);
});

test('a value replaced in many tickets is told in one mail, of the tickets that each may view', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({ port: server.port, grants: GRANTS });
  const { IAdjunctService } = await import('../../../../core/adjunct/types.ts');
  const adjuncts = site.site.get(IAdjunctService);
  await site.as('admin').run(async (ctx) => {
    for (const name of ['1.0', '2.0']) await adjuncts.create(ctx, 'milestone', { name });
  });
  for (const summary of ['one', 'two', 'three'])
    await site.as('admin').fileTicket({ summary, milestone: '1.0', cc: summary === 'three' ? 'ben' : 'ann' });
  await next(site, server);
  await site.as('admin').run((ctx) => adjuncts.rename(ctx, 'milestone', '2.0', '2.1'));
  await site.as('admin').run((ctx) => adjuncts.retarget(ctx, 'milestone', '1.0', '2.1'));
  expect(await next(site, server)).toEqual(['ann@example.org', 'ben@example.org']);
  const mail = server.mails.find(({ to }) => to.includes('ann@example.org'));
  expect(mail?.parsed.subject).toBe('[Parcel] Batch modify: #1, #2');
  expect(mail?.parsed.text).toContain('1.0 => 2.1');
  expect(mail?.parsed.html).toContain('two');
  expect(mail?.parsed.text).not.toContain('three');
});
