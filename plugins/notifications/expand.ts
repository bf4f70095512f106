import type { IContexts, IOutbox, ISiteOptions, OperationContext, OutboxMessage, OutboxPayload } from 'tracts';
import type { NotificationEvent } from './api.ts';
import { fromPayload, type Happening, type Replacement, toPayload } from './event.ts';
import type { Recipient } from './matcher.ts';
import { whenToTell } from './moments.ts';
import { findTold, type RecipientSearch, type Told } from './recipients.ts';
import { addToDigest, earlierAtSameTime, type PersonSettings, settingsOf, USUAL_SETTINGS } from './store.ts';

/** A message of the channel `mail`: what one person is told of one happening. */
export interface MailOrder {
  readonly to: Recipient;
  /** Why. */
  readonly rule: string;
  /** Addresses to show in Cc. */
  readonly cc: readonly string[];
  /** The time that ids of the mail are made of, in microseconds; 0: the mail begins a thread. */
  readonly micros: number;
  readonly happening: Happening;
}

export const orderToPayload = ({ to, happening, ...order }: MailOrder): OutboxPayload => ({
  ...order,
  address: to.address,
  ...(to.account === undefined ? {} : { account: to.account }),
  ...toPayload(happening),
});

export function orderFromPayload(payload: OutboxPayload): MailOrder {
  const { address, account, rule, cc, micros } = payload as { [name: string]: unknown };
  return {
    to: { address: String(address), account: typeof account === 'string' ? account : undefined },
    rule: String(rule),
    cc: Array.isArray(cc) ? cc.map(String) : [],
    micros: Number(micros),
    happening: fromPayload(payload),
  };
}

export interface Expansion extends RecipientSearch {
  readonly contexts: IContexts;
  readonly outbox: IOutbox;
  readonly site: ISiteOptions;
}

const ROBOT = { user: { name: 'tracts', authenticated: true }, via: 'job' } as const;
/** More addresses than this in a header help nobody. */
const MOST_CC = 50;

/** Who is shown to all: what the administrator makes public, and with `use_public_cc` everybody. */
function publicAddresses(told: readonly Told[], { settings }: RecipientSearch): readonly string[] {
  const always = new Set(settings.alwaysCc.map((address) => address.toLowerCase()));
  const hidden = new Set(settings.alwaysBcc.map((address) => address.toLowerCase()));
  return told
    .map(({ recipient }) => recipient.address)
    .filter((address) => {
      const key = address.toLowerCase();
      return always.has(key) || (settings.publicCc && !hidden.has(key));
    })
    .slice(0, MOST_CC);
}

/** Leaves the mail, or the line for a digest, for one person. */
async function leave(ctx: OperationContext, told: Told, common: Common, { outbox, site }: Expansion): Promise<void> {
  const { recipient: to, rule, pace, events } = told;
  const { cc, micros, replacement } = common;
  const wishes = common.wishes.get(to.account ?? '') ?? USUAL_SETTINGS;
  const zone = ctx.directory.people.get(to.account ?? '')?.timeZone || site.defaultTimeZone;
  const notBefore = whenToTell(ctx.now, pace, wishes, zone);
  if (pace === 'now' || to.account === undefined) {
    const order = { to, rule, micros, cc: cc.filter((one) => one !== to.address), happening: { events, replacement } };
    await outbox.put(ctx, 'mail', orderToPayload(order), { notBefore });
    return;
  }
  for (const event of events)
    await addToDigest(ctx.db, to.account, event.ticket, JSON.stringify(toPayload({ events: [event], replacement })));
  await outbox.put(ctx, 'digest', { account: to.account }, { notBefore, key: to.account });
}

/** What all mails on one happening have in common. */
interface Common {
  readonly cc: readonly string[];
  readonly micros: number;
  readonly replacement: Replacement | undefined;
  readonly wishes: ReadonlyMap<string, PersonSettings>;
}

/** The time that ids of mails are made of; of two changes of one ticket in one moment, the later gets a microsecond more. */
async function microsOf(ctx: OperationContext, { category, ticket, number, time }: NotificationEvent): Promise<number> {
  if (category === 'created') return 0;
  const shift = number > 0 ? await earlierAtSameTime(ctx.db, ticket, number, time) : 0;
  return time.getTime() * 1000 + shift;
}

/** Finds out whom a happening concerns and leaves a mail for each, or a line for a digest, all together and exactly once. */
export async function expand(message: OutboxMessage, needs: Expansion): Promise<void> {
  const { contexts, outbox, settings } = needs;
  const { events, replacement } = fromPayload(message.payload);
  const [first] = events;
  const told = settings.enabled && first ? await contexts.read(ROBOT, (ctx) => findTold(ctx, events, needs)) : [];
  const accounts = told.flatMap(({ recipient }) => recipient.account ?? []);
  await contexts.write(ROBOT, async (ctx) => {
    if (!(await outbox.finish(ctx, message)) || !first) return;
    const [micros, wishes] = [await microsOf(ctx, first), await settingsOf(ctx.db, accounts)];
    const common = { cc: publicAddresses(told, needs), micros, replacement, wishes };
    for (const one of told) await leave(ctx, one, common, needs);
  });
}
