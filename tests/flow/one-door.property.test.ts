import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Launcher } from '../../core/cli/launcher.ts';
import { runCommandLine } from '../../core/cli/run.ts';
import { type Field, ITicketService, isEmpty, type Submission, type Values } from '../../core/index.ts';
import type { TestSite } from '../../core/testing/index.ts';
import { eachDialect } from '../support/databases.ts';
import { PEOPLE, type Person, type Stage, stage } from './one-door-stage.ts';

/**
 * Random people send random submissions to random tickets through every door there is. Whatever comes of it: nothing is
 * stored that the form did not offer to that person, what is accepted is stored, and what is refused changes nothing.
 */

interface Attempt {
  readonly person: Person;
  /** undefined: a new ticket. */
  readonly id: number | undefined;
  readonly submission: Submission;
}
/** A way in. Tells whether the submission was accepted. Later doors: add them here. */
type Door = (stage: Stage, attempt: Attempt) => Promise<boolean>;

const throughService: Door = async ({ site }, { person, id, submission }) => {
  try {
    return (await site.as(person).apply(id, submission)).ok;
  } catch (error) {
    // Not allowed at all, or of a shape that means nothing.
    if ([400, 403].includes((error as { status?: number }).status ?? 0)) return false;
    throw error;
  }
};

const throughCommand: Door = async ({ site }, { person, id, submission }) => {
  const launcher = {
    isEnvironment: () => true,
    openEnvironment: async () => ({ ...site.site, close: async () => undefined }),
  } as unknown as Launcher;
  const out: string[] = [];
  const argv = ['ticket', 'apply', '.', ...(id === undefined ? [] : [String(id)]), '--user', person];
  const code = await runCommandLine(argv, launcher, {
    out: (line) => void out.push(line),
    err: (line) => void out.push(line),
    readInput: async () => JSON.stringify(submission),
    interactive: false,
    askSecret: async () => '',
    debug: true,
  });
  const { ok } = JSON.parse(out.join('\n')) as { ok: boolean };
  expect(code).toBe(ok ? 0 : 1);
  return ok;
};

const throughPage: Door = async ({ visitors }, { person, id, submission }) => {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const named = (entries: Values | undefined, prefix: string) =>
    Object.entries(entries ?? {}).map(([name, value]) => [name.startsWith(prefix) ? name : prefix + name, text(value)]);
  const { action, comment, basedOn, replyTo, author, internal } = submission;
  const rest = { action, comment, view_time: basedOn, replyto: replyTo, author, internal: internal ? '1' : undefined };
  const body = Object.fromEntries([
    ...named(submission.fields, 'field_'),
    ...named(submission.inputs, 'action_'),
    ...Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    ['submit', 'x'],
  ]) as Record<string, string>;
  const { statusCode } = (await visitors.get(person)?.post(id === undefined ? '/newticket' : `/ticket/${id}`, body)) ?? {};
  expect([303, 400, 403, 409, 422]).toContain(statusCode);
  return statusCode === 303;
};

const DOORS: Readonly<Record<string, Door>> = { service: throughService, command: throughCommand, page: throughPage };

const ACTIONS = ['leave', 'resolve', 'reassign', 'accept', 'reopen', 'create', 'bogus', '__proto__'];
const NAMES =
  'summary reporter owner description type status priority milestone component version severity resolution keywords cc time changetime ' +
  'id steps effort done level frozen internal formal salary bogus __proto__ constructor field_priority cc_update action';
const WORDS =
  'defect task major minor component1 component2 milestone1 1.0 2.0 low mid high ice dev boss writer reporter anonymous fixed wontfix closed ' +
  'new x y 0 1 on 12 2026-01-01 $USER a@b.example';

/** Values that fields take, so that much is accepted too. */
const SENSIBLE: Readonly<Record<string, readonly string[]>> = {
  summary: ['x', 'y'],
  type: ['defect', 'task'],
  priority: ['major', 'minor'],
  component: ['component1', 'component2'],
  version: ['1.0', '2.0', ''],
  milestone: ['milestone1', ''],
  keywords: ['a b'],
  cc: ['boss'],
  description: ['text'],
  owner: ['dev'],
  reporter: ['Mia'],
  steps: ['one'],
  effort: ['1', ''],
  done: ['0', '1'],
  level: ['low', 'high'],
  frozen: ['ice', 'water'],
  internal: ['', 'x'],
  formal: ['f'],
  salary: ['1', '9'],
};
const sensible = fc
  .constantFrom(...Object.entries(SENSIBLE))
  .chain(([name, values]) => fc.tuple(fc.constant(name), fc.constantFrom(...values)));
const word = fc.oneof(
  fc.constantFrom(...WORDS.split(' ')),
  fc.constantFrom('', ' ', 'a\r\nb', '\0', '\ud800', '<b>'),
  fc.string(),
);
/** Not everything can be sent through every door; what cannot is sent as its JSON text. */
const value = fc.oneof(
  { weight: 8, arbitrary: word },
  fc.array(word, { maxLength: 3 }),
  fc.constantFrom(null, true, 3, { a: 1 }),
);
const wild = fc.tuple(fc.constantFrom(...NAMES.split(' ')), value);
const fields = fc
  .array(fc.oneof({ weight: 12, arbitrary: sensible }, { weight: 1, arbitrary: wild }), { maxLength: 3 })
  .map((pairs) => Object.fromEntries(pairs) as Values);
const inputs = fc.dictionary(
  fc.constantFrom('action_resolve_resolve_resolution', 'action_reassign_reassign_owner', 'action_bogus', 'resolution', 'owner'),
  word,
  { maxKeys: 2, noNullPrototype: true },
);
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined, freq: 1 }).chain((one) => fc.constantFrom(one, undefined, undefined));
const submission = fc
  .record({
    action: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ACTIONS.slice(0, 5)) }, fc.constantFrom(undefined, ...ACTIONS)),
    fields,
    inputs: seldom(inputs),
    comment: fc
      .constantFrom(undefined, 'Well.', ' ')
      .chain((usual) => fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, word)),
    replyTo: seldom(fc.constantFrom('1', '9', 'description', 'x')),
    basedOn: seldom(fc.integer({ min: 0, max: 4 })),
    author: seldom(fc.constantFrom('Mia', 'dev', 'a@b.example')),
    internal: seldom(fc.boolean()),
  })
  .map((parts) => Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as Submission);
/** A new ticket mostly has a summary, and an action that files it. */
const toNew = ({ action, ...rest }: Submission): Submission => ({
  ...rest,
  ...(action === 'leave' || action === undefined ? {} : { action: action === 'resolve' ? 'create' : action }),
  fields: { ...(action === 'accept' ? {} : { summary: 'New' }), ...rest.fields },
});
interface Drawn {
  readonly person: Person;
  /** Actions that the boss took before; undefined: a new ticket is filed. */
  readonly history: readonly string[] | undefined;
  readonly type: string;
  readonly submission: Submission;
}
const attempt: fc.Arbitrary<Drawn> = fc.record({
  person: fc.constantFrom(...PEOPLE),
  history: fc.constantFrom<readonly string[] | undefined>(
    undefined,
    [],
    ['accept'],
    ['resolve'],
    ['resolve', 'reopen'],
    ['reassign'],
    ['hush'],
  ),
  type: fc.constantFrom('defect', 'task'),
  submission,
});

/** Tried each time: what is surely accepted, and what is surely refused. */
const EXAMPLES: readonly Drawn[] = [
  { person: 'dev', history: [], type: 'task', submission: { action: 'leave', fields: { priority: 'minor', done: '1' } } },
  {
    person: 'boss',
    history: ['resolve'],
    type: 'defect',
    submission: { action: 'reopen', fields: { steps: 'one', salary: '9' } },
  },
  { person: 'anonymous', history: undefined, type: 'task', submission: { action: 'create', fields: { type: 'task' } } },
  { person: 'dev', history: [], type: 'task', submission: { action: 'leave', fields: { steps: 'one' } } },
  { person: 'dev', history: [], type: 'task', submission: { action: 'leave', fields: { salary: '9' } } },
  { person: 'dev', history: [], type: 'task', submission: { action: 'leave', fields: { version: '1.0' } } },
  { person: 'dev', history: [], type: 'task', submission: { action: 'leave', comment: 'Hush.', internal: true } },
  { person: 'boss', history: [], type: 'task', submission: { action: 'leave', comment: 'Hush.', internal: true } },
  { person: 'dev', history: ['hush'], type: 'task', submission: { action: 'leave', comment: 'What?', replyTo: '1' } },
  { person: 'boss', history: ['hush'], type: 'task', submission: { action: 'leave', comment: 'Yes.', replyTo: '1' } },
];

/** Everything that is stored of all tickets. */
const dump = (site: TestSite): Promise<unknown> =>
  site
    .as('admin')
    .run(async ({ db }) => [
      await db('ticket').orderBy('id'),
      await db('ticket_custom').orderBy(['ticket', 'name']),
      await db('ticket_change').orderBy('id'),
      await db('ticket_change_field').orderBy(['change', 'field']),
    ]);

const plain = (value: unknown): string => (isEmpty(value) ? '""' : JSON.stringify(value));
const changedNames = (before: Values, after: Values): string[] =>
  Object.keys(after).filter(
    (name) => !['id', 'rowVersion', 'time', 'changetime'].includes(name) && plain(before[name]) !== plain(after[name]),
  );

/** What an action may set by itself. */
const BY_ACTION: Readonly<Record<string, readonly string[]>> = {
  leave: [],
  resolve: ['status', 'resolution'],
  reassign: ['status', 'owner'],
  accept: ['status', 'owner'],
  reopen: ['status', 'resolution'],
  create: ['status', 'owner'],
};

/** Conditions as the file states them, told again independently. */
const CONDITIONS: Readonly<Record<string, (after: Values) => boolean>> = {
  steps: ({ type }) => type === 'defect',
  done: ({ type }) => type === 'task',
};

/** Fields that policy and trac.ini leave to TICKET_ADMIN, told again independently; the summary of a stored ticket besides. */
const isReserved = (name: string, { person, id }: Attempt): boolean =>
  person !== 'boss' &&
  person !== 'admin' &&
  (['salary', 'version', 'formal'].includes(name) || (name === 'summary' && id !== undefined));

const NOBODYS = ['frozen', 'internal', 'status', 'resolution', 'cc'];

function mayHaveSet(name: string, field: Field | undefined, attempted: Attempt, after: Values): boolean {
  if (!field?.editable || NOBODYS.includes(name) || isReserved(name, attempted)) return false;
  const text = String(after[name] ?? '');
  if (field.options.length > 0 && !field.options.includes(text) && !(field.optional && text === '')) return false;
  return CONDITIONS[name]?.(after) ?? true;
}

interface Offered {
  readonly values: Values;
  readonly fields: ReadonlyMap<string, Field>;
  readonly actions: ReadonlySet<string>;
  readonly first: string | undefined;
  readonly mayComment: boolean;
  readonly mayCommentInternally: boolean;
}

async function offeredTo(site: TestSite, person: Person, id: number | undefined): Promise<Offered | undefined> {
  try {
    return await site.as(person).run(async (ctx) => {
      const tickets = site.site.get(ITicketService);
      const ticket = id === undefined ? await tickets.draft(ctx) : await tickets.open(ctx, id);
      const form = await tickets.form(ticket);
      const actions = new Set(form.actions.keys());
      const { fields: offered, mayComment, mayCommentInternally } = form;
      return { values: ticket.ticket.values, fields: offered, actions, first: [...actions][0], mayComment, mayCommentInternally };
    });
  } catch {
    return undefined;
  }
}

/** The component's owner follows the component of a new ticket (Trac), and a new ticket's default owner is the component's. */
const followsComponent = (name: string, changed: readonly string[], before: Values): boolean =>
  name === 'owner' && changed.includes('component') && before['status'] === 'new';

function judge(offered: Offered, attempted: Attempt, after: Values): void {
  const { person, id, submission: sent } = attempted;
  const before: Values = id === undefined ? { ...offered.values, reporter: person } : offered.values;
  const action = sent.action ?? (id === undefined ? (offered.first ?? '') : '');
  expect(offered.actions).toContain(action);
  const changed = changedNames(before, after);
  const isOwn = (name: string): boolean =>
    BY_ACTION[action]?.includes(name) === true ||
    followsComponent(name, changed, before) ||
    (name === 'reporter' && id === undefined && person === 'anonymous');
  const strange = changed.filter((name) => !isOwn(name) && !mayHaveSet(name, offered.fields.get(name), attempted, after));
  expect(strange).toEqual([]);
  if (action === 'accept') expect(after['owner']).toBe(person);
}

/** Only who may read internal comments writes them, and answers to them; an answer to one is one. */
async function judgeComment(site: TestSite, { person, submission: sent }: Attempt, offered: Offered, id: number): Promise<void> {
  const history = await site.history(id);
  const said = history.at(-1);
  const answered = history.find(({ number }) => String(number) === sent.replyTo);
  expect(offered.mayComment).toBe(true);
  expect(said?.internal).toBe(sent.internal === true || answered?.internal === true);
  if (said?.internal) expect([person, offered.mayCommentInternally]).toEqual([expect.stringMatching(/^(boss|admin)$/), true]);
  const told = await site.as('dev').run(async (ctx) => {
    const tickets = site.site.get(ITicketService);
    return tickets.history(await tickets.open(ctx, id));
  });
  expect(told.some(({ number, comment }) => number === said?.number && comment !== '')).toBe(!said?.internal);
}

async function comments(site: TestSite, id: number): Promise<number> {
  return (await site.history(id)).filter(({ comment }) => comment !== '').length;
}

/** Stands among the actions for an internal comment of the boss. */
const HUSH = 'hush';

async function prepare(site: TestSite, history: readonly string[] | undefined, type: string): Promise<number | undefined> {
  if (history === undefined) return undefined;
  const { id } = await site.as('boss').fileTicket({ summary: 'Given', type, component: 'component1', salary: '1000' });
  for (const action of history)
    if (action === HUSH) await site.as('boss').submit(id, 'leave', {}, { comment: 'Hush.', internal: true });
    else await site.as('boss').submit(id, action, {}, { fields: { effort: '1' } });
  return id;
}

async function latest(site: TestSite): Promise<number> {
  return site
    .as('admin')
    .run(async ({ db }) => Number(((await db('ticket').max({ last: 'id' }).first()) as { last: number | null }).last ?? 0));
}

/** One submission through one door; throws when something came in, or was lost, that must not be. Tells whether it was accepted. */
async function send(given: Stage, door: Door, { person, history, type, submission: drawn }: Drawn): Promise<boolean> {
  const { site } = given;
  const sent = history === undefined ? toNew(drawn) : drawn;
  const id = await prepare(site, history, type);
  const offered = await offeredTo(site, person, id);
  const before = { all: await dump(site), last: await latest(site), said: id === undefined ? 0 : await comments(site, id) };
  if (!(await door(given, { person, id, submission: sent }))) {
    expect(await dump(site)).toEqual(before.all);
    return false;
  }
  if (!offered) throw new Error(`${person} is offered no form, and was let in.`);
  const stored = id ?? (await latest(site));
  if (id === undefined) expect(stored).toBeGreaterThan(before.last);
  judge(offered, { person, id, submission: sent }, await site.ticket(stored));
  if ((await comments(site, stored)) > before.said) await judgeComment(site, { person, id, submission: sent }, offered, stored);
  return true;
}

eachDialect((fresh, dialect) => {
  test.each(Object.entries(DOORS))('through the door “%s” nothing comes in that the form does not offer', async (_name, door) => {
    const given = await stage(await fresh());
    await using _ = given.site;
    const outcomes = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(attempt, async (drawn) => {
        outcomes[(await send(given, door, drawn)) ? 'accepted' : 'refused'] += 1;
      }),
      { numRuns: dialect === 'sqlite' ? 150 : 50, examples: EXAMPLES.map((one) => [one] as [Drawn]) },
    );
    // A property that never sees one of the two proves nothing.
    expect(outcomes.accepted).toBeGreaterThanOrEqual(3);
    expect(outcomes.refused).toBeGreaterThanOrEqual(3);
  });
});
