import { component, DeliveryError, type Diagnosis, IDiagnostician, IRegistry, ISettings, ISiteOptions, service } from 'tracts';
import { IEmailSender, INotificationSubscriber } from './api.ts';
import { type Correspondent, composeMail, type Draft } from './compose.ts';
import { isKnownHash } from './message-id.ts';
import { diagnoseRules } from './rules.ts';
import { INotificationSettings } from './settings.ts';
import { oneLine, strangeExpressions } from './subject.ts';

/** What differs from mail to mail; the rest is the site's. */
export type Letter = Omit<Draft, 'from' | 'replyTo' | 'encoding'> & { readonly author?: Correspondent | undefined };

/** Puts the site's name on mails and sends them. */
export interface IMailbox {
  /** The site's own address: the envelope's sender, whoever stands in From. */
  readonly address: string;
  /** Without a slash at its end; `''`: unknown. */
  readonly baseUrl: string;
  /** Throws a `DeliveryError`. */
  send(letter: Letter): Promise<void>;
}
export const IMailbox = service<IMailbox>('IMailbox', { doc: 'Sends the mails of the site.' });

/** Appends the default domain to a name that has none. */
const withDomain = (address: string, { shortAddresses, defaultDomain }: INotificationSettings): string =>
  address !== '' && !address.includes('@') && !shortAddresses && defaultDomain !== '' ? `${address}@${defaultDomain}` : address;

/** Only plain words: an encoded header would hide what stands in the angle brackets. */
const listName = (project: string): string => (/^[\w .-]+$/.test(project) ? `${oneLine(project)} ` : '');

const isAddress = (text: string): boolean => /^[^\s<>,;:"\\\p{Cc}]+$/u.test(text);

export const Mailbox = component({
  doc: 'Puts the name of the site on mails and sends them; checks [notification].',
  implements: [IMailbox, IDiagnostician],
  uses: {
    settings: INotificationSettings,
    senders: IEmailSender,
    registry: IRegistry,
    site: ISiteOptions,
    ini: ISettings,
    subscribers: INotificationSubscriber,
  },
  create: ({ settings, senders, registry, site, ini, subscribers }) => {
    const senderOf = (): IEmailSender | undefined =>
      [...senders].find((one) => registry.idOf(one).split('.').at(-1) === settings.sender);
    const address = withDomain(settings.from.trim() || settings.replyTo.trim(), settings);
    const replyTo = withDomain(settings.replyTo.trim(), settings);
    const from: Correspondent = { name: settings.fromName || site.projectName, address };
    const listId = `${listName(site.projectName)}<tickets.${address.slice(address.indexOf('@') + 1)}>`;
    const usual = {
      'X-Mailer': 'Tracts',
      'X-Trac-Project': site.projectName,
      'X-URL': site.projectUrl,
      Precedence: 'bulk',
      'Auto-Submitted': 'auto-generated',
      'List-Id': listId,
    };
    const diagnose = (): readonly Diagnosis[] => {
      const rules = diagnoseRules(
        ini,
        [...subscribers].map(({ rule }) => rule),
      );
      if (!settings.enabled) return rules;
      return [
        ...rules,
        ...faultsOf(settings, ini, { address, replyTo, hasSender: senderOf() !== undefined, baseUrl: site.baseUrl }),
      ];
    };
    return {
      address,
      baseUrl: site.baseUrl.replace(/\/+$/, ''),
      async send({ author, headers, ...letter }) {
        const sender = senderOf();
        if (!sender)
          throw new DeliveryError(`There is no component ${settings.sender} that sends mails.`, { wholeChannel: true });
        const by = author && settings.fromAuthor ? { from: author, headers: { ...headers, Sender: address } } : { from, headers };
        const content = await composeMail({
          ...letter,
          from: by.from,
          headers: { ...usual, ...by.headers },
          ...(isAddress(replyTo) ? { replyTo } : {}),
          encoding: settings.encoding,
        });
        await sender.send({ from: address, to: [letter.to.address], content });
      },
      diagnose,
    };
  },
});

interface Found {
  readonly address: string;
  readonly replyTo: string;
  readonly hasSender: boolean;
  readonly baseUrl: string;
}

/** What keeps mails from being sent, or from being of use. */
function faultsOf(settings: INotificationSettings, ini: ISettings, { address, replyTo, hasSender, baseUrl }: Found): Diagnosis[] {
  const found: Diagnosis[] = [];
  const say = (severity: Diagnosis['severity'], option: string, message: string, remedy: string): void =>
    void found.push({ severity, message, remedy, place: ini.place('notification', option) });
  if (!isAddress(address))
    say('error', 'smtp_from', `“${address}” is no address that could send mails.`, 'Set smtp_from, e.g. tickets@example.org.');
  if (replyTo !== '' && !isAddress(replyTo))
    say('warning', 'smtp_replyto', `“${replyTo}” is no address, so mails do not name it.`, 'Set smtp_replyto.');
  if (!hasSender)
    say(
      'error',
      'email_sender',
      `No component ${settings.sender} sends mails.`,
      'Set email_sender to SmtpEmailSender or SendmailEmailSender.',
    );
  if (!isKnownHash(settings.idHash))
    say(
      'warning',
      'message_id_hash',
      `There is no digest “${settings.idHash}”; md5 is used.`,
      'Set message_id_hash, e.g. to sha256.',
    );
  if (baseUrl === '') {
    const place = ini.place('trac', 'base_url');
    found.push({
      severity: 'warning',
      message: 'Mails have no links, since the address of the site is not known.',
      remedy: 'Set [trac] base_url, e.g. to https://example.org/tracker.',
      place,
    });
  }
  const templates = [
    ['ticket_subject_template', settings.ticketSubject, ['prefix', 'summary']],
    ['batch_subject_template', settings.batchSubject, ['prefix', 'tickets_descr']],
  ] as const;
  for (const [option, template, words] of templates)
    for (const strange of strangeExpressions(template, words))
      say(
        'warning',
        option,
        `${strange} means nothing here and is left out.`,
        `Use ${words.map((word) => `\${${word}}`).join(' and ')}, or \${ticket.FIELD}.`,
      );
  return found;
}
