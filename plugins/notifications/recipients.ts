import type { IPermissionService, ISettings, ITicketService, OperationContext, User } from 'tracts';
import { type INotificationSubscriber, type NotificationEvent, WHOEVER_ASKED } from './api.ts';
import { type Recipient, recipientMatcher } from './matcher.ts';
import { decide, type Pace, type Rule, readRules } from './rules.ts';
import type { INotificationSettings } from './settings.ts';
import { askersOf, type OwnRule, rulesOf, watchersOf } from './store.ts';

/** Somebody who is to be told, of which events, because of which rule, how soon. */
export interface Told {
  readonly recipient: Recipient;
  readonly rule: string;
  readonly pace: Pace;
  readonly events: readonly NotificationEvent[];
}

export interface RecipientSearch {
  readonly subscribers: Iterable<INotificationSubscriber>;
  readonly settings: INotificationSettings;
  readonly ini: ISettings;
  readonly tickets: ITicketService;
  readonly permissions: IPermissionService;
}

/** Of two rules with one priority, the subscriber that Trac asks first decides. */
const TRAC_ORDER: readonly string[] = [
  'AlwaysEmailSubscriber',
  'TicketOwnerSubscriber',
  'TicketUpdaterSubscriber',
  'TicketPreviousUpdatersSubscriber',
  'TicketReporterSubscriber',
  'CarbonCopySubscriber',
  'NewTicketSubscriber',
];
const rankOf = ({ rule }: INotificationSubscriber): number => {
  const rank = TRAC_ORDER.indexOf(rule);
  return rank < 0 ? TRAC_ORDER.length : rank;
};

export const userOf = ({ account }: Pick<Recipient, 'account'>): User =>
  account === undefined ? { name: 'anonymous', authenticated: false } : { name: account, authenticated: true };

/** Addresses differ in their domain's case at most by chance. */
const keyOf = ({ account, address }: Recipient): string => (account === undefined ? `@${address.toLowerCase()}` : account);

/** Those whom an event concerns, with the subscribers that say so, in Trac's order. */
interface Concerned {
  readonly recipient: Recipient;
  readonly by: INotificationSubscriber[];
}

async function findConcerned(
  ctx: OperationContext,
  event: NotificationEvent,
  { subscribers, settings }: RecipientSearch,
): Promise<ReadonlyMap<string, Concerned>> {
  const match = recipientMatcher(ctx.directory, settings);
  const found = new Map<string, Concerned>();
  for (const subscriber of [...subscribers].sort((a, b) => rankOf(a) - rankOf(b))) {
    const names = await subscriber.concerned(ctx, event);
    const all = names === WHOEVER_ASKED ? await askersOf(ctx.db, subscriber.rule) : names;
    for (const recipient of new Set(all.flatMap((name) => match(name) ?? []))) note(found, recipient, subscriber);
  }
  return found;
}

function note(found: Map<string, Concerned>, recipient: Recipient, subscriber: INotificationSubscriber): void {
  const one = found.get(keyOf(recipient)) ?? { recipient, by: [] };
  found.set(keyOf(recipient), one);
  if (!one.by.includes(subscriber)) one.by.push(subscriber);
}

/** What trac.ini, or else the subscriber itself, and the person say of one rule. */
function rulesFor(
  subscriber: INotificationSubscriber,
  ini: ReadonlyMap<string, readonly Rule[]>,
  own: readonly OwnRule[],
): readonly Rule[] {
  const { rule, byDefault } = subscriber;
  const usual =
    ini.get(rule) ?? (byDefault === undefined ? [] : [{ rule, pace: 'now', adverb: 'always', priority: byDefault } as const]);
  return [...usual, ...own.filter((one) => one.rule === rule)];
}

/** Tells whether the person may view the ticket now; whether he still may is asked again when the mail is written. */
async function mayView(ctx: OperationContext, user: User, ticket: number, search: RecipientSearch): Promise<boolean> {
  const asking = { ...ctx, user, can: search.permissions.judge(ctx.directory, user) };
  return (await search.tickets.openAll(asking, [ticket])).length > 0;
}

async function toldOf(ctx: OperationContext, event: NotificationEvent, search: RecipientSearch): Promise<readonly Told[]> {
  const concerned = await findConcerned(ctx, event, search);
  const accounts = [...concerned.values()].flatMap(({ recipient }) => recipient.account ?? []);
  const own = accounts.length === 0 ? [] : await rulesOf(ctx.db, accounts);
  const muted = new Set(
    (await watchersOf(ctx.db, event.ticket))
      .filter(({ state }) => state === 'muted')
      .map(({ account, address }) => account ?? `@${address?.toLowerCase()}`),
  );
  const ini = readRules(search.ini);
  const told: Told[] = [];
  for (const [key, { recipient, by }] of concerned) {
    const mine = own.filter(({ account }) => account === recipient.account);
    const rules = by.flatMap((subscriber) => rulesFor(subscriber, ini, mine));
    const rule = decide(rules, recipient.account === undefined);
    if (!rule || (muted.has(key) && rule.priority > 0)) continue;
    if (!(await mayView(ctx, userOf(recipient), event.ticket, search))) continue;
    told.push({ recipient, rule: rule.rule, pace: recipient.account === undefined ? 'now' : rule.pace, events: [event] });
  }
  return told;
}

/** Both at once, as soon as either. */
const together = (a: Told, b: Told): Told => ({
  ...a,
  pace: a.pace === 'now' ? 'now' : b.pace,
  events: [...new Set([...a.events, ...b.events])],
});

/** Everybody who is to be told of what happened, each once: of two accounts with one address, the first. */
export async function findTold(
  ctx: OperationContext,
  events: readonly NotificationEvent[],
  search: RecipientSearch,
): Promise<readonly Told[]> {
  const all = new Map<string, Told>();
  for (const event of events)
    for (const told of await toldOf(ctx, event, search)) {
      const key = told.recipient.address.toLowerCase();
      const before = all.get(key);
      all.set(key, before ? together(before, told) : told);
    }
  return [...all.values()];
}
