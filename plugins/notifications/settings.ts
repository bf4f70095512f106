import { component, option, service } from 'tracts';

const SECTION = 'notification';
const list = (text: string): readonly string[] => text.split(/[,\s]+/).filter(Boolean);

const options = {
  enabled: option.bool(SECTION, 'smtp_enabled', false, 'Send mails. What happens while this is off is never mailed.'),
  from: option.text(SECTION, 'smtp_from', 'trac@localhost', 'Sender of mails.'),
  fromName: option.text(SECTION, 'smtp_from_name', '', "The sender's name. Empty: the project's."),
  fromAuthor: option.bool(
    SECTION,
    'smtp_from_author',
    false,
    'Show the author of a change as the sender, with name and address, if the address is known. Everybody who gets the mail sees it.',
  ),
  replyTo: option.text(SECTION, 'smtp_replyto', 'trac@localhost', 'Where answers go.'),
  alwaysCc: option.text(SECTION, 'smtp_always_cc', '', 'Addresses that get every mail, and are shown in it.'),
  alwaysBcc: option.text(SECTION, 'smtp_always_bcc', '', 'Addresses that get every mail, and are not shown.'),
  defaultDomain: option.text(SECTION, 'smtp_default_domain', '', 'Appended to names that are no e-mail address.'),
  ignoreDomains: option.list(
    SECTION,
    'ignore_domains',
    [],
    'Domains to which nothing is sent, e.g. of user names like jane@KRB.',
  ),
  admitDomains: option.list(SECTION, 'admit_domains', [], 'Domains without a dot that are good in addresses, e.g. localdomain.'),
  publicCc: option.bool(
    SECTION,
    'use_public_cc',
    false,
    'Show the addresses of all who are told of a change in Cc. Otherwise nobody sees who else is told.',
  ),
  shortAddresses: option.bool(SECTION, 'use_short_addr', false, 'Take names without a domain for addresses.'),
  subjectPrefix: option.text(
    SECTION,
    'smtp_subject_prefix',
    '__default__',
    'Begins subjects; __default__: [name of the project].',
  ),
  ticketSubject: option.text(
    SECTION,
    'ticket_subject_template',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Trac's syntax
    '${prefix} #${ticket.id}: ${summary}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Trac's syntax
    'Subject of mails on a ticket, from ${prefix}, ${summary} and ${ticket.FIELD}.',
  ),
  batchSubject: option.text(
    SECTION,
    'batch_subject_template',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Trac's syntax
    '${prefix} Batch modify: ${tickets_descr}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Trac's syntax
    'Subject of mails on several tickets, from ${prefix} and ${tickets_descr}.',
  ),
  encoding: option.choice(
    SECTION,
    'mime_encoding',
    ['none', 'qp', 'quoted-printable', 'base64'],
    'none',
    'How texts are encoded in mails; none: as each text needs it.',
  ),
  idHash: option.text(SECTION, 'message_id_hash', 'md5', 'Digest in the ids of mails, e.g. md5 or sha256.'),
  wideAmbiguous: option.choice(
    SECTION,
    'ambiguous_char_width',
    ['single', 'double'],
    'single',
    'Width of characters that are wide in some fonts, in tables of plain mails.',
  ),
  format: option.choice(
    SECTION,
    'default_format.email',
    ['text/html', 'text/plain'],
    'text/html',
    'text/html: mails have a plain and an HTML part; text/plain: only the plain one. People may choose for themselves.',
  ),
  sender: option.text(
    SECTION,
    'email_sender',
    'SmtpEmailSender',
    'Which component sends mails: SmtpEmailSender, SendmailEmailSender.',
  ),
} as const;

type Values<O> = { readonly [K in keyof O]: O[K] extends { readonly fallback: infer T } ? T : never };

/** The options of [notification] that several components need. */
export interface INotificationSettings extends Omit<Values<typeof options>, 'alwaysCc' | 'alwaysBcc'> {
  readonly alwaysCc: readonly string[];
  readonly alwaysBcc: readonly string[];
}
export const INotificationSettings = service<INotificationSettings>('INotificationSettings', {
  doc: 'The options of [notification].',
});

/** Reads [notification]. */
export const NotificationSettings = component({
  doc: 'The options of mails.',
  sections: {
    'notification-subscriber': 'Whom changes are mailed to unless people say otherwise: NAME = RULE, NAME.priority, NAME.adverb.',
  },
  implements: [INotificationSettings],
  options,
  create: ({ options: values }): INotificationSettings => ({
    ...values,
    alwaysCc: list(values.alwaysCc),
    alwaysBcc: list(values.alwaysBcc),
  }),
});
