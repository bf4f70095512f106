import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { createTransport } from 'nodemailer';
import { component, DeliveryError, IEnvironment, option } from 'tracts';
import { IEmailSender } from './api.ts';

const SECTION = 'notification';

const options = {
  server: option.text(SECTION, 'smtp_server', 'localhost', 'Host of the mail server.'),
  port: option.int(SECTION, 'smtp_port', 25, 'Its port: 25, 587 with use_tls, or 465 with use_ssl.'),
  user: option.text(SECTION, 'smtp_user', '', 'Name to log in with; empty: no login.'),
  password: option.text(SECTION, 'smtp_password', '', 'Password to log in with.', { secret: true }),
  useTls: option.bool(
    SECTION,
    'use_tls',
    false,
    'Send nothing unless the server takes up STARTTLS. Off: it is used where offered.',
  ),
  useSsl: option.bool(SECTION, 'use_ssl', false, 'Speak TLS from the first byte, as servers on port 465 want it.'),
  verify: option.bool(SECTION, 'smtp_verify', true, 'Refuse a server whose certificate does not hold, with use_tls or use_ssl.'),
  ca: option.text(SECTION, 'smtp_ca_file', '', 'Certificates to trust beside the usual ones, PEM; relative to the environment.'),
  timeout: option.int(SECTION, 'smtp_timeout', 30, 'Seconds to wait for an answer of the server.'),
} as const;

/** What nodemailer adds to its errors. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

const RATE_LIMITED: ReadonlySet<number> = new Set([450, 452]);
const RATE_WAIT = 120;
const LOGIN_WAIT = 300;
const CLOSING_WAIT = 60;
/** The mail is too large: that says nothing of others. */
const TOO_LARGE = 552;

/** After so many in a row it is not the mails that make the server hang up. */
const MOST_DROPS = 3;
const DROPPED = 'ECONNECTION';

/** What a failure means for this mail, and for all others. `drops`: how often in a row the server has hung up. */
export function explainSmtp(error: unknown, drops = 0): DeliveryError {
  const { message, code = '', responseCode = 0, command = '' } = error as SmtpError;
  const text = message ?? String(error);
  if (code === 'EAUTH') return new DeliveryError(text, { wholeChannel: true, retryAfter: LOGIN_WAIT });
  if (responseCode === 421) return new DeliveryError(text, { wholeChannel: true, retryAfter: CLOSING_WAIT });
  const isRecipient =
    command.startsWith('RCPT') || command.startsWith('DATA') || code === 'EMESSAGE' || responseCode === TOO_LARGE;
  if (responseCode >= 500) return new DeliveryError(text, isRecipient ? { permanent: true } : { wholeChannel: true });
  if (RATE_LIMITED.has(responseCode)) return new DeliveryError(text, { retryAfter: RATE_WAIT });
  if (responseCode >= 400) return new DeliveryError(text);
  if (code === DROPPED) return new DeliveryError(text, { wholeChannel: drops > MOST_DROPS });
  const isBefore = command === '' || ['CONN', 'EHLO', 'HELO', 'STARTTLS', 'LHLO', 'API'].includes(command) || code === 'ETLS';
  return new DeliveryError(text, { wholeChannel: isBefore && code !== 'EENVELOPE' });
}

/** Sends by SMTP, over connections that stay open for the next mail. */
export const SmtpEmailSender = component({
  doc: 'Sends mails by SMTP.',
  implements: [IEmailSender],
  uses: { environment: IEnvironment },
  options,
  create: ({ options: { server, port, user, password, useTls, useSsl, verify, ca, timeout }, environment }) => {
    const wait = Math.max(1, timeout) * 1000;
    const start = (create: typeof createTransport) =>
      create({
        pool: true,
        maxConnections: 3,
        maxMessages: 100,
        maxRequeues: 1,
        host: server,
        port,
        secure: useSsl,
        requireTLS: useTls && !useSsl,
        // Whoever does not insist on encryption gets it from any server: a bad certificate is not worse than none.
        tls: {
          rejectUnauthorized: verify && (useTls || useSsl),
          ...(ca === '' ? {} : { ca: readFileSync(path.resolve(environment.dir, ca)) }),
        },
        ...(user === '' ? {} : { auth: { user, pass: password } }),
        connectionTimeout: wait,
        greetingTimeout: wait,
        socketTimeout: 2 * wait,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    let transport: ReturnType<typeof start> | undefined;
    let drops = 0;
    return {
      async send({ from, to, content }) {
        try {
          // Loaded with the first mail: many sites send none.
          const library = await import('nodemailer');
          transport ??= start(library.createTransport);
          await transport.sendMail({ envelope: { from, to: [...to] }, raw: content });
          drops = 0;
        } catch (error) {
          if ((error as SmtpError).code === DROPPED) drops += 1;
          throw explainSmtp(error, drops);
        }
      },
      dispose: () => transport?.close(),
    };
  },
});
