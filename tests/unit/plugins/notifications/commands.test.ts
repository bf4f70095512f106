import { appendFileSync, chmodSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QueuedMessage } from '../../../../core/jobs/outbox-points.ts';
import { CommandLine } from '../../../support/command-line.ts';
import { answer, type MailServer, startMailServer } from '../../../support/mail-server.ts';
import { mailSite, queued } from '../../../support/mail-site.ts';

const cli = new CommandLine();
const env = cli.at('env');
let server: MailServer;

beforeAll(async () => {
  server = await startMailServer({
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('no') ? answer(550, 'no such box') : undefined),
  });
  await cli.run(['init', env]);
  const lines = ['smtp_enabled = yes', 'smtp_server = 127.0.0.1', `smtp_port = ${server.port}`, 'smtp_from = t@example.org'];
  appendFileSync(`${env}/conf/trac.ini`, `\n[notification]\n${lines.join('\n')}\n`);
});
afterAll(async () => {
  cli.close();
  await server[Symbol.asyncDispose]();
});

/** Puts messages where a server would have left them. */
function leave(
  ...rows: readonly { readonly state: string; readonly address: string; readonly error?: string }[]
): readonly number[] {
  const db = new Database(`${env}/db/tracts.db`);
  const insert = db.prepare(
    "insert into outbox (channel, state, next, attempt, created, error, payload) values ('mail', ?, ?, 1, ?, ?, ?)",
  );
  const now = Date.now() * 1000;
  const ids = rows.map(({ state, address, error = '' }) => {
    const payload = JSON.stringify({ address, rule: 'x', events: [{ ticket: 7, comment: 'SECRET' }] });
    return Number(insert.run(state, now, now, error, payload).lastInsertRowid);
  });
  db.close();
  return ids;
}

test('a test mail is sent at once, and a refusal is said in a sentence', async () => {
  expect(await cli.run(['mail', 'test', env, 'me@example.net'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('me@example.net'),
  });
  expect(server.mails.map(({ to }) => to)).toEqual([['me@example.net']]);
  const refused = await cli.run(['mail', 'test', env, 'nobody@example.net']);
  expect([refused.code, refused.err.includes('no such box')]).toEqual([1, true]);
});

test('the queue is listed, tried again and thrown away', async () => {
  expect((await cli.run(['mail', 'queue', env])).out).toBe('Nothing waits, and everything could be delivered.');
  const [waiting, one, two] = leave(
    { state: 'waiting', address: 'a@example.net' },
    { state: 'dead', address: 'b@example.net', error: 'no such\u001b[31m box' },
    { state: 'dead', address: 'c@example.net', error: 'no such box' },
  );
  const { out } = await cli.run(['mail', 'queue', env]);
  expect(out).toContain('mail: 2 dead');
  expect(out).toContain(`${one} mail #7 b@example.net given up, 1 tried: no such·[31m box`);
  expect(out).not.toContain('SECRET');
  const json = (await cli.json(['mail', 'queue', env, '--dead', '--json'])) as { messages: { id: number; to: string }[] };
  expect(json.messages.map(({ id, to }) => [id, to])).toEqual([
    [one, 'b@example.net'],
    [two, 'c@example.net'],
  ]);
  expect((await cli.run(['mail', 'retry', env, String(one)])).out).toBe('1 message will be tried again.');
  expect((await cli.run(['mail', 'retry', env, 'all'])).out).toBe('1 message will be tried again.');
  expect((await cli.run(['mail', 'queue', env, '--dead'])).out).toBe('mail: 3 waiting');
  expect((await cli.run(['mail', 'discard', env, String(waiting), String(one), String(two)])).out).toBe(
    '3 messages thrown away.',
  );
  expect((await cli.run(['mail', 'discard', env, 'everything'])).err).toContain('is no number of a message');
});

test('sendmail gets the mail with the sender and one recipient, a short one too; what it says of failure counts', async () => {
  const program = cli.write(
    'sendmail',
    `#!/bin/sh\nprintf '%s|' "$@" > "${cli.at('asked')}"\ncat > "${cli.at('got')}"\ncase "$5" in gone*) echo no user >&2; exit 67;; busy*) exit 75;; esac\n`,
  );
  chmodSync(program, 0o755);
  const send = async (path: string, cc: string): Promise<readonly QueuedMessage[]> => {
    await using site = await mailSite({
      port: 9,
      notification: `use_short_addr = yes\nemail_sender = SendmailEmailSender\nsendmail_path = ${path}`,
      ini: '[notification-subscriber]\na = CarbonCopySubscriber',
    });
    await site.as('ann').fileTicket({ summary: 'By hand', cc });
    await site.deliver();
    return queued(site);
  };
  expect(await send(program, 'short')).toEqual([]);
  expect(readFileSync(cli.at('asked'), 'utf8')).toBe('-i|-f|tickets@example.org|--|short|');
  expect(readFileSync(cli.at('got'), 'utf8')).toMatch(/^Subject: \[Parcel\] #1: By hand$/m);
  expect(await send(program, 'gone')).toMatchObject([{ state: 'dead', lastError: expect.stringContaining('no user') }]);
  expect(await send(program, 'busy')).toMatchObject([{ state: 'waiting', attempt: 1 }]);
  expect(await send(cli.at('nowhere'), 'short')).toMatchObject([{ state: 'waiting', attempt: 0 }]);
});
