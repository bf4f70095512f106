import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { IAdjunctService } from '../../core/adjunct/types.ts';
import { ITicketActionController, type TicketChange } from '../../core/index.ts';
import { component } from '../../core/kernel/component.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { ITicketService } from '../../core/ticket/extension-points.ts';
import { eachDialect } from '../support/databases.ts';
import { type MailServer, startMailServer, type TakenMail } from '../support/mail-server.ts';

interface Message {
  readonly envelope_from: string;
  readonly recipients: readonly string[];
  readonly headers: readonly (readonly [string, string])[];
}
interface Step {
  readonly step: string;
  readonly author: string;
  readonly time: string;
  readonly ticket?: Readonly<Record<string, string>>;
  readonly changed?: Readonly<Record<string, string>>;
  readonly messages: readonly Message[];
}
interface Case {
  readonly name: string;
  readonly notification_subscriber: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly preferences: readonly (readonly [string, string, 'always' | 'never'])[];
  readonly steps: readonly Step[];
}

const { cases } = JSON.parse(readFileSync(new URL('./notify.json', import.meta.url), 'utf8')) as { cases: readonly Case[] };

/** What the recorded steps change, as far as the file says it in words only. */
const CHANGES: readonly { readonly fields: Readonly<Record<string, string>>; readonly comment: string }[] = [
  { fields: {}, comment: '' },
  { fields: {}, comment: 'Reassigning, see #1.\n\n> quoted\n\nThanks' },
  { fields: { summary: 'New summary', description: 'New description text.\nSecond line.' }, comment: '' },
  { fields: { status: 'closed', resolution: 'fixed' }, comment: 'Done.' },
];

/** Does to a ticket whatever the recording did, workflow or not. */
let wanted: Readonly<Record<string, string>> = {};
const AsRecorded = component({
  implements: [ITicketActionController],
  create: () => ({ getTicketActions: () => [{ name: 'as_recorded', weight: 99, changes: () => wanted, grantsCreate: true }] }),
});

const PEOPLE = [
  { name: 'alice', fullName: 'Alice A', email: 'alice@example.org' },
  { name: 'bob', fullName: 'Bob B', email: 'bob@example.org' },
  { name: 'carol', fullName: '', email: 'carol@example.net' },
  { name: 'nomail', fullName: '', email: '' },
];
const VIEWS = ['TICKET_VIEW', 'TICKET_APPEND', 'TICKET_CREATE'];
const GRANTS = { anonymous: VIEWS, bob: ['team'], carol: ['team'], admin: ['TRAC_ADMIN'] };

function iniOf({ notification_subscriber, options }: Case, port: number): string {
  const lines = (entries: Readonly<Record<string, string>>): string =>
    Object.entries(entries)
      .map(([name, value]) => `${name} = ${value}`)
      .join('\n');
  const notification = {
    smtp_enabled: 'true',
    smtp_from: 'trac@example.org',
    smtp_from_name: 'Trac Robot',
    smtp_replyto: 'reply@example.org',
    smtp_server: '127.0.0.1',
    smtp_port: String(port),
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [name.replace('notification.', ''), value])),
  };
  return [
    '[project]\nname = My Project\ndescr = A description\nurl = http://example.org/proj',
    '[trac]\nbase_url = http://example.org/trac',
    `[notification]\n${lines(notification)}`,
    `[notification-subscriber]\n${lines(notification_subscriber)}`,
    '[ticket-custom]\nplatform = text\nnotes = textarea',
  ].join('\n\n');
}

async function replay(
  site: TestSite,
  { author, time, ticket, changed = {} }: Step,
  index: number,
): Promise<TicketChange | undefined> {
  const known = PEOPLE.some(({ name }) => name === author);
  const { fields, comment } = CHANGES[index] ?? { fields: {}, comment: '' };
  wanted = { ...ticket, ...changed, ...fields };
  const asker = { user: { name: known ? author : 'anonymous', authenticated: known }, via: 'web', now: new Date(time) } as const;
  const applied = await site.site.contexts.write(asker, (ctx) =>
    site.site.get(ITicketService).apply(ctx, ticket ? undefined : 1, {
      action: 'as_recorded',
      comment,
      ...(ticket ? { fields: { summary: ticket['summary'] } } : {}),
      ...(known ? {} : { author }),
    }),
  );
  expect(applied.problems).toEqual([]);
  return applied.change;
}

const sorted = (addresses: readonly string[]): string[] => addresses.toSorted();
const recorded = ({ headers }: Message, name: string): string | undefined => headers.find(([key]) => key === name)?.[1];

function compare(server: MailServer, mails: readonly TakenMail[], messages: readonly Message[]): void {
  expect(sorted(mails.flatMap(({ to }) => to))).toEqual(sorted(messages.flatMap(({ recipients }) => recipients)));
  for (const [index, mail] of mails.entries()) {
    const [message] = messages;
    if (!message) throw new Error(`mail ${index} is one too many`);
    expect(mail.to).toHaveLength(1);
    expect(mail.from).toBe(message.envelope_from);
    for (const name of ['Message-ID', 'In-Reply-To', 'References', 'Reply-To', 'X-Trac-Ticket-ID', 'X-Trac-Ticket-URL'])
      expect(server.header(mail, name), name).toBe(recorded(message, name));
    expect(mail.parsed.subject).toBe(recorded(message, 'Subject'));
    expect(mail.parsed.from).toMatchObject({ name: 'Trac Robot', address: 'trac@example.org' });
    for (const name of ['Precedence', 'Auto-Submitted', 'X-Trac-Project', 'X-URL', 'X-Trac-Realm'])
      expect(server.header(mail, name), name).toBe(recorded(message, name));
    const cc = recorded(message, 'Cc')?.split(', ') ?? [];
    const others = cc.filter((address) => !mail.to.includes(address));
    expect(sorted((mail.parsed.cc ?? []).map(({ address = '' }) => address))).toEqual(sorted(others));
  }
}

eachDialect((fresh) => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    await using server = await startMailServer();
    const plugins = { recorded: { AsRecorded } };
    await using site = await testSite({
      plugins,
      people: PEOPLE,
      grants: GRANTS,
      ini: iniOf(one, server.port),
      database: await fresh(),
    });
    await site.as('admin').run(async (ctx) => {
      await site.site.get(IAdjunctService).save(ctx, 'component', { name: 'component1', description: '' });
      const rows = one.preferences.map(([account, rule, adverb], index) => ({
        account,
        rule,
        adverb,
        pace: 'now',
        priority: index + 1,
      }));
      if (rows.length > 0) await ctx.db('notification_rule').insert(rows);
    });
    for (const [index, step] of one.steps.entries()) {
      server.mails.length = 0;
      await replay(site, step, index);
      await site.deliver();
      compare(server, server.mails, step.messages);
      expect(await site.as('admin').run(({ db }) => db('outbox').select('channel', 'error'))).toEqual([]);
    }
  });
});
