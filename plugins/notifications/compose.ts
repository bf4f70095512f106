import type Composer from 'nodemailer/lib/mail-composer';
import { oneLine } from './subject.ts';

/** A person or a program as From, To and the like show it. */
export interface Correspondent {
  readonly name?: string;
  readonly address: string;
}

/** One mail before it is put into lines. Headers are made safe here: nothing in them begins a line of its own. */
export interface Draft {
  readonly from: Correspondent;
  readonly to: Correspondent;
  readonly cc?: readonly string[];
  readonly replyTo?: string;
  readonly subject: string;
  readonly date: Date;
  readonly messageId: string;
  /** The mail that this one answers. */
  readonly root?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Absent: a plain mail. */
  readonly html?: string | undefined;
  readonly encoding: 'none' | 'qp' | 'quoted-printable' | 'base64';
}

const ENCODINGS = { none: undefined, qp: 'quoted-printable', 'quoted-printable': 'quoted-printable', base64: 'base64' } as const;

const correspondent = ({ name = '', address }: Correspondent) => ({ name: oneLine(name), address });

/** Puts a mail into lines. */
export async function composeMail(draft: Draft): Promise<Buffer> {
  // Most processes never write a mail, and many sites neither.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { from, to, cc = [], replyTo, subject, date, messageId, root, headers, text, html } = draft;
  const textEncoding = ENCODINGS[draft.encoding];
  const composer = new MailComposer({
    from: correspondent(from),
    to: correspondent(to),
    ...(cc.length > 0 ? { cc: cc.map((address) => ({ name: '', address })) } : {}),
    ...(replyTo ? { replyTo: { name: '', address: replyTo } } : {}),
    subject: oneLine(subject),
    date,
    messageId,
    ...(root === undefined ? {} : { inReplyTo: root, references: [root] }),
    headers: Object.entries(headers)
      .map(([key, value]) => ({ key, value: oneLine(value) }))
      .filter(({ value }) => value !== ''),
    text,
    ...(html === undefined ? {} : { html }),
    ...(textEncoding ? { textEncoding } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: '\r\n',
  } as ConstructorParameters<typeof Composer>[0]);
  return composer.compile().build();
}
