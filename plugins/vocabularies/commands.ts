import {
  type Adjunct,
  type AdjunctDetails,
  type Asker,
  BadRequestError,
  type Command,
  type CommandArguments,
  type CommandHost,
  component,
  IAdjunctService,
  ICommandProvider,
  type OperationContext,
} from 'tracts';
import { KINDS, type Kind } from './kinds.ts';
import { readLocal } from './local-time.ts';

/** Adds `tracts component list`, `tracts priority order`, `tracts milestone completed`, ... */
export const VocabularyCommands = component({
  doc: 'Adds the commands component, milestone, version, priority, severity, ticket_type, resolution, keyword.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => KINDS.flatMap(commandsOf) }),
});

const textOf = ({ flags }: CommandArguments, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
};

/** Whoever can run commands can do anything; the history of changed tickets names whom `--user` says. */
const askerOf = (args: CommandArguments): Asker => ({
  user: { name: textOf(args, 'user') ?? 'tracts', authenticated: true },
  via: 'cli',
});

type Work<T> = (adjuncts: IAdjunctService, ctx: OperationContext) => Promise<T>;

async function change<T>(host: CommandHost, args: CommandArguments, work: Work<T>): Promise<T> {
  const site = await host.openSite();
  return site.contexts.write(askerOf(args), (ctx) => work(site.get(IAdjunctService), ctx));
}

/** A date, a date and time, or `now`, in the site's time zone; an empty text takes the time away. */
function timeOf(text: string, ctx: OperationContext): Date | undefined {
  if (text === 'now') return ctx.now;
  const read = readLocal(text, ctx.timeZone);
  if (read === null)
    throw new BadRequestError(`“${text}” is no date. Examples: 2026-03-01, "2026-03-01 14:05", now, "" for none.`);
  return read;
}

const TIMES = { component: [], milestone: ['due', 'completed'], version: ['time'] } as const;

/** Flags that set the details of a value, with the word for each. */
function detailOptions({ type }: Kind): Readonly<Record<string, string>> {
  const own: Readonly<Record<string, string>> =
    type === 'component'
      ? { owner: 'NAME' }
      : Object.fromEntries((TIMES[type as keyof typeof TIMES] ?? []).map((name) => [name, 'DATE']));
  return { ...own, description: 'TEXT' };
}

function detailsIn(args: CommandArguments, kind: Kind, ctx: OperationContext): Partial<AdjunctDetails> {
  const given = Object.keys(detailOptions(kind)).flatMap((name) => {
    const text = textOf(args, name);
    if (text === undefined) return [];
    return [[name, name === 'owner' || name === 'description' ? text : timeOf(text, ctx)] as const];
  });
  return Object.fromEntries(given);
}

const told = (count: number): string => (count === 1 ? '1 ticket changed.' : `${count} tickets changed.`);
const first = ({ positional }: CommandArguments, at = 0): string => positional[at] ?? '';

/** Texts of people may hold escape sequences that would steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');

const asJson = (value: Adjunct, count: number | undefined) => ({
  name: value.name,
  ...(value.rank === undefined ? {} : { rank: value.rank }),
  ...(value.owner === undefined ? {} : { owner: value.owner }),
  ...('time' in value ? { time: value.time ?? null } : {}),
  ...('due' in value ? { due: value.due ?? null, completed: value.completed ?? null } : {}),
  description: value.description,
  source: value.source ?? null,
  tickets: count ?? null,
});

/** One line: name, what is known of it, how many tickets. */
function lineOf(value: Adjunct, count: number | undefined): string {
  const parts = [
    value.owner ? `owner ${value.owner}` : '',
    value.time ? `released ${value.time.toISOString().slice(0, 16)}Z` : '',
    value.due ? `due ${value.due.toISOString().slice(0, 16)}Z` : '',
    value.completed ? `completed ${value.completed.toISOString().slice(0, 16)}Z` : '',
    count === undefined ? '' : `${count} ticket${count === 1 ? '' : 's'}`,
    value.source ? `from ${value.source}` : '',
  ].filter(Boolean);
  return printable(`${value.name}${parts.length > 0 ? `  (${parts.join(', ')})` : ''}`);
}

const list = (kind: Kind): Command => ({
  name: `${kind.type} list`,
  summary: `List every ${kind.noun} in order, with the number of its tickets.`,
  takesDir: true,
  switches: ['json'],
  async run(host, args) {
    const site = await host.openSite();
    const adjuncts = site.get(IAdjunctService);
    await site.contexts.read(askerOf(args), async (ctx) => {
      const values = await adjuncts.list(ctx, kind.type);
      const uses = await adjuncts.countUses(ctx, kind.type);
      const countOf = ({ name }: Adjunct): number | undefined => (kind.type === 'keyword' ? undefined : (uses.get(name) ?? 0));
      if (args.flags['json'])
        host.out(
          JSON.stringify(
            values.map((value) => asJson(value, countOf(value))),
            null,
            2,
          ),
        );
      else if (values.length === 0) host.out(`There is no ${kind.noun}.`);
      else for (const value of values) host.out(lineOf(value, countOf(value)));
    });
    return 0;
  },
});

const add = (kind: Kind): Command => ({
  name: `${kind.type} add`,
  summary: `Add a ${kind.noun}${kind.ranked ? ' at the end of the list' : ''}.`,
  takesDir: true,
  arguments: ['NAME'],
  options: detailOptions(kind),
  async run(host, args) {
    const { name } = await change(host, args, (adjuncts, ctx) =>
      adjuncts.create(ctx, kind.type, { name: first(args), ...detailsIn(args, kind, ctx) }),
    );
    host.out(printable(`Added ${name}.`));
    return 0;
  },
});

const set = (kind: Kind): Command => ({
  name: `${kind.type} set`,
  summary: `Change what is said of a ${kind.noun}; its name: rename.`,
  takesDir: true,
  arguments: ['NAME'],
  options: detailOptions(kind),
  async run(host, args) {
    await change(host, args, (adjuncts, ctx) => adjuncts.change(ctx, kind.type, first(args), detailsIn(args, kind, ctx)));
    return 0;
  },
});

const rename = (kind: Kind): Command => ({
  name: `${kind.type} rename`,
  summary: `Rename a ${kind.noun}; its tickets change with it, in the name of USER.`,
  takesDir: true,
  arguments: ['NAME', 'NEW-NAME'],
  options: { user: 'USER' },
  async run(host, args) {
    host.out(told(await change(host, args, (adjuncts, ctx) => adjuncts.rename(ctx, kind.type, first(args), first(args, 1)))));
    return 0;
  },
});

const merge = (kind: Kind): Command => ({
  name: `${kind.type} merge`,
  summary: `Give the tickets of a ${kind.noun} another, and delete it.`,
  takesDir: true,
  arguments: ['NAME', 'INTO'],
  options: { user: 'USER' },
  async run(host, args) {
    host.out(told(await change(host, args, (adjuncts, ctx) => adjuncts.merge(ctx, kind.type, first(args), first(args, 1)))));
    return 0;
  },
});

const remove = (kind: Kind): Command => ({
  name: `${kind.type} remove`,
  summary: `Delete a ${kind.noun}; its tickets keep it, lose it (--clear) or get another (--move-to).`,
  takesDir: true,
  arguments: ['NAME'],
  options: { 'move-to': 'OTHER', user: 'USER' },
  switches: ['clear'],
  async run(host, args) {
    const other = textOf(args, 'move-to');
    if (other !== undefined && args.flags['clear']) throw new BadRequestError('Either --clear or --move-to: not both.');
    const disposal = other !== undefined ? { replaceBy: other } : args.flags['clear'] ? { replaceBy: '' } : ('keep' as const);
    host.out(told(await change(host, args, (adjuncts, ctx) => adjuncts.remove(ctx, kind.type, first(args), disposal))));
    return 0;
  },
});

const order = (kind: Kind): Command => ({
  name: `${kind.type} order`,
  summary: `Put the list in order: every ${kind.noun} once, the first one first.`,
  takesDir: true,
  arguments: ['NAME...'],
  async run(host, args) {
    await change(host, args, (adjuncts, ctx) => adjuncts.reorder(ctx, kind.type, args.positional));
    return 0;
  },
});

const retarget = (kind: Kind): Command => ({
  name: `${kind.type} retarget`,
  summary: `Move the open tickets of a ${kind.noun} into another, or out of it ("").`,
  takesDir: true,
  arguments: ['NAME', 'OTHER'],
  options: { user: 'USER' },
  async run(host, args) {
    host.out(told(await change(host, args, (adjuncts, ctx) => adjuncts.retarget(ctx, kind.type, first(args), first(args, 1)))));
    return 0;
  },
});

const commandsOf = (kind: Kind): Command[] => [
  list(kind),
  add(kind),
  set(kind),
  rename(kind),
  merge(kind),
  remove(kind),
  ...(kind.ranked ? [order(kind)] : []),
  ...(kind.type === 'milestone' ? [retarget(kind)] : []),
];
