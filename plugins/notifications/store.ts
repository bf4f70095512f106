import { randomBytes } from 'node:crypto';
import { fixedQuery, type OperationContext } from 'tracts';
import type { Pace, Rule } from './rules.ts';

type Db = OperationContext['db'];
const micros = (time: Date): number => time.getTime() * 1000;

// ---- watching

/** Who watches a ticket, or wants to hear nothing of it: an account, or the address of a stranger. */
export type Watcher = { readonly account: string } | { readonly address: string };
export type WatchState = 'watching' | 'muted';

interface StateRow {
  readonly state: WatchState;
}
// Every page of a ticket asks.
const ofAccount = fixedQuery<StateRow>(
  (db, ticket = 0, account = '') => db('ticket_watch').where({ ticket }).andWhere({ account }).select('state'),
  { keep: true },
);
const ofAddress = fixedQuery<StateRow>(
  (db, ticket = 0, address = '') => db('ticket_watch').where({ ticket }).andWhere({ address }).select('state'),
  { keep: true },
);

export async function watchState(db: Db, ticket: number, who: Watcher): Promise<WatchState | undefined> {
  const [row] = await ('account' in who ? ofAccount(db, ticket, who.account) : ofAddress(db, ticket, who.address));
  return row?.state;
}

/** `undefined`: neither watches nor minds. */
export async function setWatch(
  ctx: OperationContext,
  ticket: number,
  who: Watcher,
  state: WatchState | undefined,
): Promise<void> {
  const rows = ctx.db('ticket_watch');
  if (state === undefined) await rows.where({ ticket, ...who }).delete();
  else
    await rows
      .insert({ ticket, ...who, state, time: micros(ctx.now) })
      .onConflict(['ticket', 'account' in who ? 'account' : 'address'])
      .merge(['state', 'time']);
}

interface WatchRow {
  readonly account: string | null;
  readonly address: string | null;
  readonly state: WatchState;
  readonly since: Date;
}

/** Everybody who has said something of a ticket. */
export async function watchersOf(db: Db, ticket: number): Promise<readonly WatchRow[]> {
  const rows = (await db('ticket_watch').where({ ticket }).select('account', 'address', 'state', 'time')) as (Omit<
    WatchRow,
    'since'
  > & { readonly time: number })[];
  return rows.map(({ time, ...row }) => ({ ...row, since: new Date(time / 1000) }));
}

export async function watchedBy(db: Db, account: string, state: WatchState, limit: number): Promise<readonly number[]> {
  return db('ticket_watch').where({ account, state }).orderBy('time', 'desc').limit(limit).pluck('ticket');
}

// ---- what a person wants

export interface PersonSettings {
  /** `''`: as the site has it. */
  readonly format: '' | 'text/plain' | 'text/html';
  /** `22:00`, in the person's time zone; `''`: no quiet hours. */
  readonly quietFrom: string;
  readonly quietTo: string;
  /** When a daily digest comes, in the person's time zone. */
  readonly digestHour: number;
}
export const USUAL_SETTINGS: PersonSettings = { format: '', quietFrom: '', quietTo: '', digestHour: 7 };

interface PersonRow {
  readonly account: string;
  readonly format: PersonSettings['format'];
  readonly quiet_from: string;
  readonly quiet_to: string;
  readonly digest_hour: number;
}

/** Those who said anything. */
export async function settingsOf(db: Db, accounts: readonly string[]): Promise<ReadonlyMap<string, PersonSettings>> {
  const rows = (await db('notification_person').whereIn('account', accounts).select()) as PersonRow[];
  return new Map(
    rows.map(({ account, format, quiet_from: quietFrom, quiet_to: quietTo, digest_hour: digestHour }) => [
      account,
      { format, quietFrom, quietTo, digestHour },
    ]),
  );
}

export async function saveSettings(db: Db, account: string, settings: PersonSettings): Promise<void> {
  const { format, quietFrom: quiet_from, quietTo: quiet_to, digestHour: digest_hour } = settings;
  await db('notification_person').insert({ account, format, quiet_from, quiet_to, digest_hour }).onConflict('account').merge();
}

interface RuleRow {
  readonly account: string;
  readonly rule: string;
  readonly adverb: Rule['adverb'];
  readonly pace: Pace;
  readonly priority: number;
}

export type OwnRule = Rule & { readonly account: string };

export async function rulesOf(db: Db, accounts: readonly string[]): Promise<readonly OwnRule[]> {
  const rows = (await db('notification_rule').whereIn('account', accounts).orderBy(['priority', 'rule']).select()) as RuleRow[];
  return rows;
}

export async function askersOf(db: Db, rule: string): Promise<readonly string[]> {
  return db('notification_rule').where({ rule }).pluck('account');
}

/** Replaces what the person wants; rules that are not named stay unsaid. */
export async function saveRules(db: Db, account: string, rules: readonly Rule[]): Promise<void> {
  await db('notification_rule').where({ account }).delete();
  if (rules.length > 0)
    await db('notification_rule').insert(
      rules.map(({ rule, adverb, pace, priority }) => ({ account, rule, adverb, pace, priority })),
    );
}

// ---- facts of the past

/** Everybody who changed the ticket before the change of that number; without one, until now. */
export async function updatersOf(db: Db, ticket: number, before: number | undefined): Promise<readonly string[]> {
  const changes = db('ticket_change').where({ ticket }).whereNotNull('author');
  return (before === undefined ? changes : changes.where('number', '<', before)).distinct().pluck('author');
}

/** How many changes of the ticket before this one bear the same time; ids of mails are made of times. */
export async function earlierAtSameTime(db: Db, ticket: number, number: number, time: Date): Promise<number> {
  const row = (await db('ticket_change')
    .where({ ticket, time: micros(time) })
    .where('number', '<', number)
    .count({ n: '*' })
    .first()) as { n: number } | undefined;
  return Number(row?.n ?? 0);
}

export interface TicketFacts {
  readonly id: number;
  readonly owner: string;
  readonly reporter: string;
  readonly cc: string;
  readonly component: string;
}

/** What decides who is told of tickets. */
export async function ticketFacts(db: Db, ids: readonly number[]): Promise<readonly TicketFacts[]> {
  const rows = (await db('ticket').whereIn('id', ids).orderBy('id').select('id', 'owner', 'reporter', 'cc', 'component')) as {
    readonly [K in keyof TicketFacts]: TicketFacts[K] | null;
  }[];
  return rows.map(({ id, owner, reporter, cc, component }) => ({
    id: id ?? 0,
    owner: owner ?? '',
    reporter: reporter ?? '',
    cc: cc ?? '',
    component: component ?? '',
  }));
}

// ---- digests

export async function addToDigest(db: Db, account: string, ticket: number, event: string): Promise<void> {
  await db('notification_digest').insert({ account, ticket, event });
}

/** Takes what waits for a person for this message; again after a failure, the same and what came meanwhile. */
export async function takeDigest(db: Db, account: string, batch: number): Promise<readonly { id: number; event: string }[]> {
  await db('notification_digest').where({ account }).whereNull('batch').update({ batch });
  return db('notification_digest').where({ account, batch }).orderBy('id').select('id', 'event');
}

export async function clearDigest(db: Db, account: string, batch: number): Promise<void> {
  await db('notification_digest').where({ account, batch }).delete();
}

// ---- the key

/** Signs links in mails; made when first needed, the same for every process. Needs a writing transaction. */
export async function signingKey(db: Db): Promise<Buffer> {
  const stored = (await db('notification_key').where({ id: 1 }).first('value')) as { value: string } | undefined;
  if (stored) return Buffer.from(stored.value, 'base64url');
  await db('notification_key')
    .insert({ id: 1, value: randomBytes(32).toString('base64url') })
    .onConflict('id')
    .ignore();
  return signingKey(db);
}
