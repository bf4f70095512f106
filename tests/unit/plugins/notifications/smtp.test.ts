import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { explainSmtp } from '../../../../plugins/notifications/smtp.ts';
import { eachDialect } from '../../../support/databases.ts';
import { answer, startMailServer } from '../../../support/mail-server.ts';
import { inSeconds, mailSite, queued } from '../../../support/mail-site.ts';

/** A port on which nobody listens any more. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

eachDialect((fresh) => {
  test('a server that cannot be reached is left alone, nothing is lost, and all leave once it is back', async () => {
    const port = await freePort();
    await using site = await mailSite({ port, database: await fresh() });
    const { id } = await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, cas, dan@example.net' });
    await site.deliver();
    const waiting = await queued(site);
    expect(waiting).toHaveLength(4);
    expect(waiting.every(({ state, attempt }) => state === 'waiting' && attempt === 0)).toBe(true);
    expect(waiting.filter(({ lastError }) => lastError !== '').length).toBeLessThanOrEqual(3);
    expect(waiting.map(({ lastError }) => lastError).join()).toContain('ECONNREFUSED');
    await using server = await startMailServer({}, port);
    expect(await site.deliver(inSeconds(60))).toBe(4);
    expect(server.mails.flatMap(({ to }) => to).toSorted()).toEqual([
      'ann@example.org',
      'ben@example.org',
      'cas@example.org',
      'dan@example.net',
    ]);
    expect(server.mails[0]?.parsed.subject).toBe(`[Parcel] #${id}: x`);
  });

  test('an address that the server refuses for good is laid aside with the reason; the others get their mail', async () => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _session, done) => done(address === 'ben@example.org' ? answer(550, 'no such mailbox') : undefined),
    });
    await using site = await mailSite({ port: server.port, database: await fresh() });
    await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, cas' });
    await site.deliver();
    expect(server.mails.flatMap(({ to }) => to).toSorted()).toEqual(['ann@example.org', 'cas@example.org']);
    expect(await queued(site)).toMatchObject([{ state: 'dead', attempt: 1, payload: { account: 'ben' } }]);
    expect((await queued(site))[0]?.lastError).toContain('no such mailbox');
  });

  test('a connection that drops in the middle of a mail is tried again, and the mail arrives once', async () => {
    let drops = 1;
    let hangUp = (): void => undefined;
    await using server = await startMailServer({
      judge: async () => {
        if (drops-- <= 0) return;
        hangUp();
        throw answer(451, 'gone');
      },
    });
    hangUp = () => {
      for (const socket of server.sockets) socket.destroy();
    };
    await using site = await mailSite({ port: server.port, database: await fresh() });
    await site.as('ann').fileTicket({ summary: 'x' });
    await site.deliver();
    expect(await queued(site)).toMatchObject([{ state: 'waiting', attempt: 1 }]);
    expect(server.mails).toHaveLength(0);
    await site.deliver(inSeconds(120));
    expect(server.mails).toHaveLength(1);
    expect(await queued(site)).toEqual([]);
  });
});

test('a server that wants less at a time gets it: the mail waits as long as it should', async () => {
  let patience = 1;
  await using server = await startMailServer({
    onRcptTo: (_address, _session, done) => done(patience-- > 0 ? undefined : answer(450, 'slow down')),
  });
  await using site = await mailSite({ port: server.port });
  await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, cas' });
  await site.deliver();
  expect(server.mails).toHaveLength(1);
  const waiting = await queued(site);
  expect(waiting).toHaveLength(2);
  for (const { next, lastError, state } of waiting) {
    expect(state).toBe('waiting');
    expect(lastError).toContain('slow down');
    expect(next.getTime() - Date.now()).toBeGreaterThan(100_000);
  }
  patience = 99;
  await site.deliver(inSeconds(200));
  expect(server.mails).toHaveLength(3);
});

test('a server that closes for a while (421) closes the whole channel', async () => {
  await using server = await startMailServer({
    onMailFrom: (_address, _session, done) => done(answer(421, 'come back later')),
  });
  await using site = await mailSite({ port: server.port });
  await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, cas, dan@example.net, eve@example.net' });
  await site.deliver();
  const before = server.connections();
  await site.deliver();
  expect((await queued(site)).every(({ attempt, state }) => attempt === 0 && state === 'waiting')).toBe(true);
  expect(server.connections() - before).toBeLessThanOrEqual(3);
});

test('a mail that the server will never take is laid aside', async () => {
  await using server = await startMailServer({
    judge: () => {
      throw answer(554, 'looks like spam');
    },
  });
  await using site = await mailSite({ port: server.port });
  await site.as('ann').fileTicket({ summary: 'x' });
  await site.deliver();
  expect(await queued(site)).toMatchObject([{ state: 'dead' }]);
});

test('a server that never answers is given up after a while, and the mail waits', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  await using site = await mailSite({ port: (silent.address() as AddressInfo).port, notification: 'smtp_timeout = 1' });
  await site.as('ann').fileTicket({ summary: 'x' });
  await site.deliver();
  expect(await queued(site)).toMatchObject([{ state: 'waiting', attempt: 0 }]);
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test('a slow server holds up nothing but mail', async () => {
  await using server = await startMailServer({ judge: () => sleep(300) });
  await using site = await mailSite({ port: server.port });
  await site.as('ann').fileTicket({ summary: 'x', cc: 'ben' });
  const delivering = site.deliver();
  const begun = performance.now();
  await site.as('ann').fileTicket({ summary: 'y' });
  expect(performance.now() - begun).toBeLessThan(250);
  await delivering;
});

/** A login over TLS, with the certificate that smtp-server brings along and nobody has signed. */
const withLogin = (secure: boolean) =>
  startMailServer({
    secure,
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'post' && password === 'secret' ? done(null, { user: 'post' }) : done(answer(535, 'wrong password')),
  });
const LOGIN = 'smtp_user = post\nsmtp_password = secret\n';

test.each([
  ['STARTTLS', false, 'use_tls = yes'],
  ['TLS from the start', true, 'use_ssl = yes'],
])('logs in over %s where the certificate need not hold', async (_name, secure, line) => {
  await using server = await withLogin(secure);
  await using site = await mailSite({ port: server.port, notification: `${LOGIN}${line}\nsmtp_verify = no` });
  await site.as('ann').fileTicket({ summary: 'x' });
  await site.deliver();
  expect(server.mails).toHaveLength(1);
});

test('a certificate that nobody signed is refused, and nothing is sent without encryption', async () => {
  await using server = await withLogin(false);
  await using site = await mailSite({ port: server.port, notification: `${LOGIN}use_tls = yes` });
  await site.as('ann').fileTicket({ summary: 'x' });
  await site.deliver();
  expect(server.mails).toHaveLength(0);
  expect((await queued(site))[0]).toMatchObject({ state: 'waiting', attempt: 0 });
  expect((await queued(site))[0]?.lastError).toMatch(/self-signed|certificate/i);
});

test('with use_tls nothing goes to a server without it', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({ port: server.port, notification: 'use_tls = yes' });
  await site.as('ann').fileTicket({ summary: 'x' });
  await site.deliver();
  expect([server.mails.length, (await queued(site)).length]).toEqual([0, 1]);
});

test('a wrong password holds mails back for minutes and does not hammer the server', async () => {
  await using server = await withLogin(true);
  await using site = await mailSite({
    port: server.port,
    notification: 'smtp_user = post\nsmtp_password = wrong\nuse_ssl = yes\nsmtp_verify = no',
  });
  await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, cas, dan@example.net, eve@example.net, fay@example.net' });
  await site.deliver();
  expect(server.connections()).toBeLessThanOrEqual(3);
  const waiting = await queued(site);
  expect(waiting).toHaveLength(6);
  expect(waiting.some(({ next }) => next.getTime() - Date.now() > 250_000)).toBe(true);
  expect(JSON.stringify(waiting)).not.toContain('"wrong"');
});

test.each([
  [
    { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' },
    { permanent: true, wholeChannel: false },
  ],
  [
    { code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' },
    { permanent: false, wholeChannel: true },
  ],
  [
    { code: 'EENVELOPE', responseCode: 552, command: 'MAIL FROM' },
    { permanent: true, wholeChannel: false },
  ],
  [
    { code: 'EENVELOPE', responseCode: 452, command: 'RCPT TO' },
    { permanent: false, wholeChannel: false, retryAfter: 120 },
  ],
  [
    { code: 'EMESSAGE', responseCode: 451, command: 'DATA' },
    { permanent: false, wholeChannel: false },
  ],
  [
    { code: 'EPROTOCOL', responseCode: 421, command: 'DATA' },
    { wholeChannel: true, retryAfter: 60 },
  ],
  [
    { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' },
    { wholeChannel: true, retryAfter: 300 },
  ],
  [{ code: 'EDNS', command: 'CONN' }, { wholeChannel: true }],
  [
    { code: 'ECONNECTION', command: 'CONN' },
    { permanent: false, wholeChannel: false },
  ],
])('%j means %j', (error, meaning) => {
  expect(explainSmtp(Object.assign(new Error('said so'), error))).toMatchObject({ message: 'said so', ...meaning });
});

test('a server that hangs up again and again is left alone, whatever the mails', () => {
  const error = Object.assign(new Error('Connection closed unexpectedly'), { code: 'ECONNECTION', command: 'CONN' });
  expect([1, 3, 4].map((drops) => explainSmtp(error, drops).wholeChannel)).toEqual([false, false, true]);
});
