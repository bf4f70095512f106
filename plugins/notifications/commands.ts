import {
  type Command,
  type CommandArguments,
  type CommandHost,
  component,
  ICommandProvider,
  IOutboxQueue,
  ISiteOptions,
  type OperationContext,
  TracError,
} from 'tracts';
import { IMailbox } from './mailbox.ts';
import { eachMessage, type QueuedView, sendTestMail, viewMessage } from './queue.ts';

const OPERATOR = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;
const PAGE = 500;

/** Control signs and signs that turn the direction of writing could make a terminal show something else. */
const printable = (text: string): string => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·');

/** Everything in the queue, or what could not be delivered. */
async function readQueue(ctx: OperationContext, queue: IOutboxQueue, onlyDead: boolean): Promise<readonly QueuedView[]> {
  const messages: QueuedView[] = [];
  for (let after = 0; ; ) {
    const some = await queue.list(ctx, { limit: PAGE, after, ...(onlyDead ? { state: 'dead' } : {}) });
    if (some.length === 0) return messages;
    messages.push(...some.map(viewMessage));
    after = some.at(-1)?.id ?? 0;
  }
}

function lineOf({ id, channel, state, to, ticket, attempt, next, error }: QueuedView): string {
  const when = state === 'dead' ? 'given up' : `next ${next.toISOString()}`;
  const about = ticket > 0 ? ` #${ticket}` : '';
  return printable(`${id} ${channel}${about} ${to || '-'} ${when}, ${attempt} tried${error ? `: ${error}` : ''}`);
}

async function list(host: CommandHost, { flags }: CommandArguments): Promise<number> {
  const site = await host.openSite();
  const queue = site.get(IOutboxQueue);
  const { counts, messages } = await site.contexts.read(OPERATOR, async (ctx) => ({
    counts: await queue.counts(ctx),
    messages: await readQueue(ctx, queue, flags['dead'] === true),
  }));
  if (flags['json']) host.out(JSON.stringify({ counts, messages }, undefined, 2));
  else if (counts.length === 0) host.out('Nothing waits, and everything could be delivered.');
  else {
    for (const { channel, state, count } of counts) host.out(`${channel}: ${count} ${state}`);
    for (const message of messages) host.out(lineOf(message));
  }
  return 0;
}

function idsOf(words: readonly string[]): readonly number[] {
  const strange = words.find((word) => !/^\d{1,15}$/.test(word));
  if (strange !== undefined)
    throw new TracError('ARGUMENT', `“${strange}” is no number of a message. See: tracts mail queue`, 400);
  return words.map(Number);
}

/** `all`: everything that could not be delivered. */
async function change(
  host: CommandHost,
  { positional }: CommandArguments,
  act: (queue: IOutboxQueue, ctx: OperationContext, ids: readonly number[]) => Promise<number>,
): Promise<number> {
  const site = await host.openSite();
  const queue = site.get(IOutboxQueue);
  return site.contexts.write(OPERATOR, (ctx) =>
    positional.includes('all')
      ? eachMessage(ctx, queue, 'dead', (ids) => act(queue, ctx, ids))
      : act(queue, ctx, idsOf(positional)),
  );
}

const say = (host: CommandHost, count: number, what: string): number => {
  host.out(`${count} ${count === 1 ? 'message' : 'messages'} ${what}`);
  return 0;
};

const COMMANDS: readonly Command[] = [
  {
    name: 'mail queue',
    summary: 'List messages that wait or could not be delivered, with the reason.',
    takesDir: true,
    switches: ['dead', 'json'],
    run: list,
  },
  {
    name: 'mail retry',
    summary: 'Try messages again at once; all: those that could not be delivered.',
    takesDir: true,
    arguments: ['ID|all...'],
    run: async (host, args) =>
      say(host, await change(host, args, (queue, ctx, ids) => queue.retry(ctx, ids)), 'will be tried again.'),
  },
  {
    name: 'mail discard',
    summary: 'Throw messages away; all: those that could not be delivered.',
    takesDir: true,
    arguments: ['ID|all...'],
    run: async (host, args) => say(host, await change(host, args, (queue, ctx, ids) => queue.discard(ctx, ids)), 'thrown away.'),
  },
  {
    name: 'mail test',
    summary: 'Send a test mail to ADDRESS at once, as [notification] says.',
    takesDir: true,
    arguments: ['ADDRESS'],
    run: async (host, { positional: [address = ''] }) => {
      const site = await host.openSite();
      await sendTestMail(site.get(IMailbox), address, site.get(ISiteOptions).projectName);
      host.out(`The mail server took a mail to ${address}.`);
      return 0;
    },
  },
];

/** `tracts mail queue`, `retry`, `discard`, `test`. */
export const MailCommands = component({
  doc: 'The commands mail queue, retry, discard and test.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => COMMANDS }),
});
