import { createHash } from 'node:crypto';
import type { IContexts, ISiteOptions, IViews, OperationContext, OutboxMessage } from 'tracts';
import type { INotificationSubscriber, NotificationEvent } from './api.ts';
import { fromPayload, type Happening } from './event.ts';
import { type MailOrder, orderFromPayload } from './expand.ts';
import { type BatchLetter, type LetterNeeds, type TicketLetter, writeBatch, writeLetter } from './letter.ts';
import type { IMailbox, Letter } from './mailbox.ts';
import { type Recipient, recipientMatcher } from './matcher.ts';
import { messageId } from './message-id.ts';
import { propertyTable, wrap } from './plain.ts';
import { userOf } from './recipients.ts';
import type { INotificationSettings } from './settings.ts';
import { clearDigest, settingsOf, takeDigest } from './store.ts';
import { fillSubject, prefixOf } from './subject.ts';
import type { IMailTokens, Unsubscription } from './tokens.ts';

/** What mails are written and sent with. */
export interface PostNeeds extends LetterNeeds {
  readonly contexts: IContexts;
  readonly settings: INotificationSettings;
  readonly site: ISiteOptions;
  readonly views: IViews;
  readonly mailbox: IMailbox;
  readonly tokens: IMailTokens;
  readonly subscribers: Iterable<INotificationSubscriber>;
}

const ROBOT = { user: { name: 'tracts', authenticated: true }, via: 'job' } as const;
/** Rules that no person has: whoever gets mails because of them is not asked. */
const FIXED: ReadonlySet<string> = new Set(['AlwaysEmailSubscriber']);
/** For these it is no use to silence one ticket. */
const BY_RULE: ReadonlySet<string> = new Set(['NewTicketSubscriber']);
/** Tickets that one digest tells of; of the rest it gives the number. */
const LONGEST_DIGEST = 100;

/** What a letter to one person looks like in both forms. */
interface Page {
  readonly data: Readonly<Record<string, unknown>>;
  readonly template: 'ticket' | 'batch' | 'digest';
}

/** What the plain form of a letter needs beside the letter itself: everything in lines of a mail's width. */
function plainParts(letter: TicketLetter, wide: boolean) {
  const fill = (text: string, indent = ' '): string => wrap(text, indent, wide);
  const changes = letter.changes.map(({ label, kind, old, new: after, added, removed, lines }) => {
    if (kind === 'value') return fill(`* ${label}:  ${old} => ${after}`);
    if (kind === 'list')
      return [
        ...(removed.length > 0 ? [fill(`* ${label}:  ${removed.join(', ')} (removed)`)] : []),
        ...(added.length > 0 ? [fill(`* ${label}:  ${added.join(', ')} (added)`)] : []),
      ].join('\n');
    const diff = lines.map(({ sign, text }) => (sign === '@' ? '  ...' : fill(text, `  ${sign} `)));
    return [`* ${label}:  modified`, ...diff].map((line, index) => (index === 0 ? ` ${line}` : line)).join('\n');
  });
  return {
    heading: fill(`#${letter.id}: ${letter.summary}`, ''),
    table: propertyTable(letter.properties, wide),
    texts: letter.texts.map(({ label, text }) => ({ label, text: fill(text) })),
    changes,
    comment: letter.comment === null ? '' : fill(letter.comment.text),
  };
}

/** Writes mails for one person each, as that person may read, and hands them to the mailbox. */
export class PostOffice {
  readonly #needs: PostNeeds;

  constructor(needs: PostNeeds) {
    this.#needs = needs;
  }

  /** A message of the channel `mail`. */
  async deliverMail(message: OutboxMessage): Promise<void> {
    const order = orderFromPayload(message.payload);
    const letter = await this.#asReader(order.to, (ctx, to) => this.#mailFor(ctx, { ...order, to }));
    if (letter) await this.#needs.mailbox.send(letter);
  }

  /** A message of the channel `digest`: everything that waits for a person, in one mail. */
  async deliverDigest(message: OutboxMessage): Promise<void> {
    const { contexts, mailbox } = this.#needs;
    const account = String(message.payload['account']);
    const items = await contexts.write(ROBOT, ({ db }) => takeDigest(db, account, message.id));
    const to = { account, address: '' };
    const letter = await this.#asReader(to, (ctx, known) => this.#digestFor(ctx, known, message, items));
    if (letter) await mailbox.send(letter);
    await contexts.write(ROBOT, ({ db }) => clearDigest(db, account, message.id));
  }

  /** As the recipient, at the address that he has now. Nothing is written to an account that is gone. */
  #asReader<T>(to: Recipient, write: (ctx: OperationContext, to: Recipient) => Promise<T | undefined>): Promise<T | undefined> {
    const { contexts, settings } = this.#needs;
    if (!settings.enabled) return Promise.resolve(undefined);
    return contexts.read({ user: userOf(to), via: 'job' }, async (ctx) => {
      if (to.account === undefined) return write(ctx, to);
      const known = ctx.directory.people.has(to.account) ? recipientMatcher(ctx.directory, settings)(to.account) : undefined;
      return known ? write(ctx, known) : undefined;
    });
  }

  async #mailFor(ctx: OperationContext, order: MailOrder): Promise<Letter | undefined> {
    const { events, replacement } = order.happening;
    const [event] = events;
    if (!event) return undefined;
    if (event.category === 'batch') {
      const batch = replacement && (await writeBatch(ctx, events, replacement, this.#needs));
      return batch && this.#batchMail(ctx, order, event, batch);
    }
    const letter = await writeLetter(ctx, event, this.#needs);
    return letter && this.#ticketMail(ctx, order, event, letter);
  }

  async #ticketMail(ctx: OperationContext, order: MailOrder, event: NotificationEvent, letter: TicketLetter): Promise<Letter> {
    const { settings, site } = this.#needs;
    const summary = letter.oldSummary === '' ? letter.summary : `${letter.summary} (was: ${letter.oldSummary})`;
    const subject = fillSubject(settings.ticketSubject, {
      words: { prefix: prefixOf(settings.subjectPrefix, site.projectName), summary },
      ticket: { ...letter.values, id: String(letter.id) },
    });
    const ids = { projectUrl: site.projectUrl, from: this.#needs.mailbox.address, hash: settings.idHash, ...event };
    const plain = plainParts(letter, settings.wideAmbiguous === 'double');
    return this.#write(ctx, order, event, {
      page: { template: 'ticket', data: { letter, plain } },
      subject: letter.isNew ? subject : `Re: ${subject}`,
      messageId: messageId(ids, order.micros),
      root: letter.isNew ? undefined : messageId(ids, 0),
      headers: { 'X-Trac-Ticket-ID': String(letter.id), 'X-Trac-Ticket-URL': letter.link },
    });
  }

  #batchMail(ctx: OperationContext, order: MailOrder, event: NotificationEvent, letter: BatchLetter): Promise<Letter> {
    const { settings, site } = this.#needs;
    const numbers = letter.tickets.map(({ id }) => `#${id}`).join(', ');
    const words = { prefix: prefixOf(settings.subjectPrefix, site.projectName), tickets_descr: numbers };
    const ids = { projectUrl: site.projectUrl, from: this.#needs.mailbox.address, hash: settings.idHash, ...event };
    return this.#write(ctx, order, event, {
      page: { template: 'batch', data: { letter } },
      subject: fillSubject(settings.batchSubject, { words }),
      messageId: messageId(ids, order.micros),
      root: undefined,
      headers: {},
    });
  }

  async #digestFor(
    ctx: OperationContext,
    to: Recipient,
    { id, created }: OutboxMessage,
    items: readonly { readonly event: string }[],
  ): Promise<Letter | undefined> {
    const { settings, site, mailbox } = this.#needs;
    const letters: object[] = [];
    for (const { event } of items.slice(0, LONGEST_DIGEST)) {
      const letter = await this.#digestItem(ctx, fromPayload(JSON.parse(event)));
      if (letter) letters.push(letter);
    }
    if (letters.length === 0) return undefined;
    const more = Math.max(0, items.length - LONGEST_DIGEST);
    const count = letters.length + more;
    const prefix = prefixOf(settings.subjectPrefix, site.projectName);
    const host = mailbox.address.slice(mailbox.address.indexOf('@') + 1);
    const source = createHash('sha256').update(`${site.projectUrl} ${id} ${created.getTime()}`).digest('hex').slice(0, 32);
    return this.#finish(ctx, to, {
      page: { template: 'digest', data: { letters, more } },
      subject: `${prefix} ${count} ${count === 1 ? 'change' : 'changes'}`.trim(),
      messageId: `<digest.${source}@${host}>`,
      root: undefined,
      headers: {},
      date: created,
      reason: 'You asked for a digest of these.',
      stop: { account: to.account ?? '', rule: 'digest' },
    });
  }

  async #digestItem(ctx: OperationContext, { events, replacement }: Happening): Promise<object | undefined> {
    const [event] = events;
    if (!event) return undefined;
    const { time } = event;
    if (event.category === 'batch') {
      const batch = replacement && (await writeBatch(ctx, events, replacement, this.#needs));
      return batch && { batch, letter: null, plain: null, time };
    }
    const letter = await writeLetter(ctx, event, this.#needs);
    return letter && { batch: null, letter, plain: plainParts(letter, this.#needs.settings.wideAmbiguous === 'double'), time };
  }

  #write(ctx: OperationContext, order: MailOrder, event: NotificationEvent, mail: Written): Promise<Letter> {
    const { rule, to, cc } = order;
    const who = to.account === undefined ? { address: to.address } : { account: to.account };
    const label = [...this.#needs.subscribers].find((one) => one.rule === rule)?.label ?? '';
    const stop = FIXED.has(rule) ? undefined : { ...who, ...(BY_RULE.has(rule) ? { rule } : { ticket: event.ticket }) };
    const reason = label === '' ? '' : `You are told of: ${label}.`;
    return this.#finish(ctx, to, { ...mail, cc, date: event.time, reason, stop, author: this.#authorOf(ctx, event.author) });
  }

  /** The author as sender, where `smtp_from_author` wants that and the address is known. */
  #authorOf({ directory }: OperationContext, author: string) {
    const found = recipientMatcher(directory, this.#needs.settings)(author);
    const name = directory.people.get(author)?.fullName ?? '';
    return found && { address: found.address, name };
  }

  async #finish(ctx: OperationContext, to: Recipient, mail: Finished): Promise<Letter> {
    const { settings, site, baseUrl, tokens, views } = this.#needs;
    const { page, reason, stop, headers, author, ...letter } = mail;
    const isByRule = stop?.rule !== undefined;
    const link = stop && baseUrl !== '' ? `${baseUrl}/notifications/stop/${await tokens.sign(stop)}` : '';
    const wishes = to.account === undefined ? undefined : (await settingsOf(ctx.db, [to.account])).get(to.account);
    const format = wishes?.format || settings.format;
    const project = { name: site.projectName, url: site.projectUrl, descr: site.projectDescr };
    const data = { ...page.data, project, reason, stop: { link, isByRule }, timeZone: ctx.timeZone };
    const stopping = { 'List-Unsubscribe': `<${link}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
    return {
      ...letter,
      to: { address: to.address, name: ctx.directory.people.get(to.account ?? '')?.fullName ?? '' },
      headers: { 'X-Trac-Realm': 'ticket', ...headers, ...(link === '' ? {} : stopping) },
      text: views.render(`mail/${page.template}.txt.njk`, data),
      html: format === 'text/html' ? views.render(`mail/${page.template}.html.njk`, data) : undefined,
      author,
    };
  }
}

interface Written extends Pick<Letter, 'subject' | 'messageId' | 'root' | 'headers'> {
  readonly page: Page;
}
interface Finished extends Written, Pick<Letter, 'date' | 'cc' | 'author'> {
  readonly reason: string;
  /** What the link at the end of the mail stops; undefined: there is none. */
  readonly stop: Unsubscription | undefined;
}
