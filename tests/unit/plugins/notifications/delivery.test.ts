import { expect, test } from 'vitest';
import { deliverDue } from '../../../../core/jobs/index.ts';
import { IOutboxChannelProvider } from '../../../../core/jobs/outbox-points.ts';
import { OutboxWorker } from '../../../../core/jobs/outbox-worker.ts';
import { silentLog } from '../../../../core/kernel/log.ts';
import { eachDialect } from '../../../support/databases.ts';
import { type MailServer, startMailServer, type TakenMail } from '../../../support/mail-server.ts';
import { inSeconds, mailSite, queued } from '../../../support/mail-site.ts';
import { enter } from '../../../support/visitor.ts';

const GRANTS = { anonymous: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

/**
 * Threads as mail programs make them (the algorithm of jwz, which mutt follows too): a mail belongs to the thread of the last id
 * in References that it names; ids that nobody has yet stand for mails that are missing.
 */
function threadsOf(server: MailServer, mails: readonly TakenMail[]): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, string>();
  for (const mail of mails) {
    const id = server.header(mail, 'Message-ID') ?? '';
    const references = (server.header(mail, 'References') ?? server.header(mail, 'In-Reply-To') ?? '')
      .split(/\s+/)
      .filter(Boolean);
    const parent = references.at(-1);
    if (parent) parents.set(id, parent);
  }
  const rootOf = (id: string): string => {
    const parent = parents.get(id);
    return parent === undefined ? id : rootOf(parent);
  };
  const threads = new Map<string, string[]>();
  for (const mail of mails) {
    const id = server.header(mail, 'Message-ID') ?? '';
    threads.set(rootOf(id), [...(threads.get(rootOf(id)) ?? []), id]);
  }
  return threads;
}

eachDialect((fresh, dialect) => {
  test('a mail program shows one thread for each ticket, for those too who come later', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    const now = new Date('2026-05-01T12:00:00Z');
    for (const summary of ['one', 'two', 'three']) {
      const { id } = await site.as('ann').fileTicket({ summary });
      await site.as('admin').submit(id, 'leave', {}, { comment: 'first', fields: { cc: 'ben' } });
      await site.as('cas').submit(id, 'leave', {}, { comment: 'second', fields: { priority: 'blocker' } });
      await site.as('admin').submit(id, 'leave', {}, { fields: { summary: `${summary}, and more` } });
      // Two changes in one moment, as a rule that answers a change makes them.
      await site.as('ben').run(async (ctx) => {
        const { ITicketService } = await import('../../../../core/ticket/extension-points.ts');
        const tickets = site.site.get(ITicketService);
        for (const comment of ['a', 'b']) await tickets.apply(ctx, id, { action: 'leave', comment });
      }, now);
    }
    await site.deliver();
    for (const [name, thread] of [
      ['ann', 6],
      ['ben', 5],
      ['cas', 4],
    ] as const) {
      const mails = server.mails.filter(({ to }) => to.includes(`${name}@example.org`));
      const threads = threadsOf(server, mails);
      expect(
        [...threads.values()].map(({ length }) => length),
        name,
      ).toEqual([thread, thread, thread]);
      const ids = [...threads.values()].flat();
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('several processes send each mail once', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    for (let index = 0; index < 12; index += 1) await site.as('ann').fileTicket({ summary: `n${index}`, cc: 'ben, cas' });
    await Promise.all([1, 2, 3].map(() => deliverDue(site.site, silentLog)));
    await deliverDue(site.site, silentLog);
    const sent = server.mails.map((mail) => `${mail.to} ${mail.parsed.subject}`);
    expect(sent).toHaveLength(36);
    expect(new Set(sent).size).toBe(36);
  });

  test('a process that dies after it sent a mail and before it wrote that down sends it at most once more', async () => {
    await using server = await startMailServer();
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, cas' });
    const channels = site.site.all(IOutboxChannelProvider).flatMap((one) => one.getOutboxChannels());
    const [notify, mail] = ['notify', 'mail'].map((name) => channels.find((one) => one.name === name));
    if (!notify || !mail) throw new Error('no channels');
    await new OutboxWorker({ contexts: site.site.contexts, channels: [notify], log: silentLog }).drain();
    // It dies in the middle of its second mail: the first is sent, nothing is written down any more.
    let sent = 0;
    const dying = new OutboxWorker({
      contexts: site.site.contexts,
      log: silentLog,
      channels: [
        {
          ...mail,
          concurrency: 1,
          deliver: async (message) => {
            await mail.deliver(message);
            sent += 1;
            await new Promise(() => undefined);
          },
        },
      ],
    });
    void dying.drain();
    while (sent < 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(server.mails).toHaveLength(1);
    await site.deliver();
    expect(server.mails).toHaveLength(1);
    await site.deliver(inSeconds(180));
    const counts = new Map<string, number>();
    for (const { to } of server.mails) counts.set(String(to), (counts.get(String(to)) ?? 0) + 1);
    expect([...counts.values()].toSorted()).toEqual([1, 1, 2]);
    const twice = server.mails.filter(({ to }) => counts.get(String(to)) === 2);
    expect(new Set(twice.map((one) => server.header(one, 'Message-ID'))).size).toBe(1);
    expect(await queued(site)).toEqual([]);
  });

  test('administrators see whom a message is for and why it waits, and none of what it says', async () => {
    await using server = await startMailServer({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no <b>such</b> box'), { responseCode: 550 })),
    });
    await using site = await mailSite({ port: server.port, grants: GRANTS, database: await fresh() });
    await site.as('ann').fileTicket({ summary: 'CONFIDENTIAL', cc: 'ben, stranger@example.net' });
    await site.deliver();
    const admin = await enter(site, 'admin');
    const url = '/admin/notifications/queue';
    const page = (await admin.get(`${url}?state=dead`)).body;
    for (const text of ['stranger@example.net', 'no &lt;b&gt;such', 'Could not be delivered: 3']) expect(page).toContain(text);
    expect(page).not.toContain('CONFIDENTIAL');
    const [first, second] = await queued(site);
    expect((await admin.post(url, { step: 'discard', id: String(first?.id), state: 'dead' })).statusCode).toBe(303);
    expect((await queued(site)).map(({ id }) => id)).not.toContain(first?.id);
    await admin.post(url, { step: 'retry', id: String(second?.id), state: 'dead' });
    expect((await queued(site)).map(({ state }) => state).toSorted()).toEqual(['dead', 'waiting']);
    await admin.post(url, { step: 'retry-all' });
    expect((await queued(site)).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    await site.deliver();
    await admin.post(url, { step: 'discard-all' });
    expect(await queued(site)).toEqual([]);
    const ben = await enter(site, 'ben');
    expect([(await ben.get(url)).statusCode, (await ben.post(url, { step: 'discard-all' })).statusCode]).toEqual([403, 403]);
    expect(dialect).toBeTruthy();
  });
});

test('the test mail says whether the server took it', async () => {
  let isOpen = true;
  await using server = await startMailServer({
    onRcptTo: (_address, _session, done) =>
      done(isOpen ? undefined : Object.assign(new Error('not here'), { responseCode: 550 })),
  });
  await using site = await mailSite({ port: server.port, grants: GRANTS });
  const admin = await enter(site, 'admin');
  const url = '/admin/notifications/queue';
  expect((await admin.post(url, { step: 'test', to: 'me@example.net' })).statusCode).toBe(303);
  expect(server.mails.map(({ to }) => to)).toEqual([['me@example.net']]);
  isOpen = false;
  const refused = await admin.post(url, { step: 'test', to: 'me@example.net' });
  expect([refused.statusCode, refused.body.includes('not here')]).toEqual([422, true]);
  expect((await admin.post(url, { step: 'test', to: 'nobody' })).statusCode).toBe(422);
});

test('the queue is read page by page, however long it is', async () => {
  await using site = await mailSite({ port: 9, grants: GRANTS });
  await site.as('admin').run(async (ctx) => {
    const { IOutbox } = await import('../../../../core/jobs/outbox-points.ts');
    for (let index = 0; index < 120; index += 1)
      await site.site.get(IOutbox).put(ctx, 'mail', { address: `n${index}@example.org` });
  });
  const admin = await enter(site, 'admin');
  let url = '/admin/notifications/queue';
  const seen = new Set<string>();
  for (let pages = 0; url !== '' && pages < 5; pages += 1) {
    const { body } = await admin.get(url);
    for (const [address] of body.matchAll(/n\d+@example\.org/g)) seen.add(address);
    url =
      /href="(?:\/x)?(\/admin\/notifications\/queue\?state=waiting&amp;after=\d+)"/.exec(body)?.[1]?.replace('&amp;', '&') ?? '';
  }
  expect(seen.size).toBe(120);
});
