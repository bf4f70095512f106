import type { OperationContext } from 'tracts';

/** What a webhook may hear of. */
export const EVENTS = {
  'ticket.created': 'A ticket is filed',
  'ticket.changed': 'A ticket is changed, or commented on',
  'ticket.deleted': 'A ticket is deleted',
  'tickets.changed': 'A value is renamed or merged in many tickets at once',
  'comment.edited': 'A comment is edited',
  'comment.deleted': 'A comment is deleted',
} as const;
export type EventName = keyof typeof EVENTS;
export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];

/** One address that hears of changes. */
export interface Webhook {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly events: readonly EventName[];
  /** A predicate, or `''`. */
  readonly filter: string;
  /** What this person may not see is not sent. */
  readonly runAs: string;
  readonly enabled: boolean;
  /** Messages given up one after the other. */
  readonly failures: number;
  /** Why it was switched off; `''`: somebody did it, or it is on. */
  readonly trouble: string;
}
export type WebhookSettings = Pick<Webhook, 'name' | 'url' | 'secret' | 'events' | 'filter' | 'runAs' | 'enabled'>;

/** What waits in the outbox for one webhook. */
export interface HookMessage {
  readonly hook: number;
  readonly event: EventName | 'ping';
  readonly delivery: string;
  /** When it happened, as ISO text. */
  readonly time: string;
  readonly ticket?: number;
  /** The change of that number; 0: it was filed. */
  readonly number?: number;
  /** What cannot be looked up any more when it is sent. */
  readonly said?: Readonly<Record<string, unknown>>;
}

/** One attempt to deliver. */
export interface Attempt {
  readonly webhook: number;
  readonly delivery: string;
  readonly event: string;
  readonly attempt: number;
  /** undefined: nobody answered. */
  readonly status: number | undefined;
  /** Milliseconds. */
  readonly duration: number;
  readonly reply: string;
  readonly error: string;
  readonly message: HookMessage;
}
export type LoggedAttempt = Attempt & { readonly id: number; readonly time: Date };

interface HookRow {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly events: string;
  readonly filter: string;
  readonly run_as: string;
  readonly enabled: boolean | number;
  readonly failures: number;
  readonly trouble: string;
}
interface AttemptRow {
  readonly id: number;
  readonly webhook: number;
  readonly time: number;
  readonly delivery: string;
  readonly event: string;
  readonly attempt: number;
  readonly status: number | null;
  readonly duration: number;
  readonly reply: string;
  readonly error: string;
  readonly message: string;
}

/** How many attempts are kept for each webhook. */
const LOGGED = 50;
const LONGEST_REPLY = 500;

const isEvent = (name: string): name is EventName => Object.hasOwn(EVENTS, name);
const micros = (time: Date): number => time.getTime() * 1000;

const toHook = (row: HookRow): Webhook => ({
  id: row.id,
  name: row.name,
  url: row.url,
  secret: row.secret,
  events: row.events.split(',').filter(isEvent),
  filter: row.filter,
  runAs: row.run_as,
  enabled: Boolean(row.enabled),
  failures: row.failures,
  trouble: row.trouble,
});
const toRow = ({ runAs, events, ...rest }: Partial<WebhookSettings>) => ({
  ...rest,
  ...(runAs === undefined ? {} : { run_as: runAs }),
  ...(events === undefined ? {} : { events: events.join(',') }),
});

/** All of them, by name. */
export const loadHooks = async (db: OperationContext['db']): Promise<readonly Webhook[]> =>
  ((await db('webhook').orderBy(['name', 'id'])) as HookRow[]).map(toHook);

export async function insertHook({ db, now }: OperationContext, settings: WebhookSettings): Promise<number> {
  const [row] = (await db('webhook')
    .insert({ ...toRow(settings), created: micros(now) })
    .returning('id')) as { id: number }[];
  if (!row) throw new Error('the database gave no id for the new webhook');
  return row.id;
}

/** Changes what is given; what was switched on begins with a clean sheet. */
export async function updateHook({ db }: OperationContext, id: number, change: Partial<WebhookSettings>): Promise<void> {
  const fresh = change.enabled === undefined ? {} : { failures: 0, trouble: '' };
  await db('webhook')
    .where({ id })
    .update({ ...toRow(change), ...fresh });
}

export async function deleteHook({ db }: OperationContext, id: number): Promise<void> {
  await db('webhook').where({ id }).delete();
}

/** Counts messages that were given up; enough of them switch the webhook off. True: it was just switched off. */
export async function countFailure({ db }: OperationContext, id: number, most: number, trouble: string): Promise<boolean> {
  await db('webhook').where({ id }).increment('failures', 1);
  if (most <= 0) return false;
  const changed = await db('webhook')
    .where({ id, enabled: true })
    .where('failures', '>=', most)
    .update({ enabled: false, trouble: trouble.slice(0, LONGEST_REPLY) });
  return changed > 0;
}

export async function clearFailures({ db }: OperationContext, id: number): Promise<void> {
  await db('webhook').where({ id }).where('failures', '>', 0).update({ failures: 0 });
}

/** Writes an attempt down and forgets the oldest ones; one after the other, so that of several at once none is overlooked. */
export async function logAttempt({ db, now }: OperationContext, attempt: Attempt): Promise<void> {
  const { webhook } = attempt;
  if (!(await db('webhook').where({ id: webhook }).forUpdate().first('id'))) return;
  await db('webhook_delivery').insert({
    ...attempt,
    time: micros(now),
    status: attempt.status ?? null,
    reply: attempt.reply.slice(0, LONGEST_REPLY),
    error: attempt.error.slice(0, LONGEST_REPLY),
    message: JSON.stringify(attempt.message),
  });
  const oldest = (await db('webhook_delivery').where({ webhook }).orderBy('id', 'desc').offset(LOGGED).first('id')) as
    | { id: number }
    | undefined;
  if (oldest) await db('webhook_delivery').where({ webhook }).where('id', '<=', oldest.id).delete();
}

/** Newest first. */
export async function listAttempts({ db }: OperationContext, webhook: number): Promise<readonly LoggedAttempt[]> {
  const rows = (await db('webhook_delivery').where({ webhook }).orderBy('id', 'desc').limit(LOGGED)) as AttemptRow[];
  return rows.map((row) => ({
    ...row,
    time: new Date(row.time / 1000),
    status: row.status ?? undefined,
    message: JSON.parse(row.message) as HookMessage,
  }));
}
