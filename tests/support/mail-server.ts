import type { AddressInfo, Socket } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail that the server took. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly source: string;
  readonly parsed: Email;
}

/** A real SMTP server on loopback. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: TakenMail[];
  /** Connections that were ever made. */
  readonly connections: () => number;
  /** Those that are open. */
  readonly sockets: ReadonlySet<Socket>;
  header(mail: TakenMail, name: string): string | undefined;
}

/** What the server says to a mail once it has read it; an error with `responseCode` is its answer. */
type Judge = (mail: TakenMail) => Promise<void> | void;

const ADDRESS = '127.0.0.1';

/** Starts a server that takes every mail, unless told otherwise. Port 0: any that is free. */
export async function startMailServer(
  { judge, ...options }: SMTPServerOptions & { readonly judge?: Judge } = {},
  port = 0,
): Promise<MailServer> {
  const mails: TakenMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.onAuth ? [] : ['AUTH', ...(options.key ? [] : ['STARTTLS'])],
    disableReverseLookup: true,
    closeTimeout: 50,
    logger: false,
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void take(Buffer.concat(chunks), envelope).then(
          () => done(),
          (error: Error) => done(error),
        );
      });
    },
    ...options,
  });
  const take = async (
    content: Buffer,
    { mailFrom, rcptTo }: { mailFrom: false | { address: string }; rcptTo: readonly { address: string }[] },
  ): Promise<void> => {
    const mail: TakenMail = {
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
      source: content.toString('latin1'),
      parsed: await PostalMime.parse(content),
    };
    await judge?.(mail);
    mails.push(mail);
  };
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ADDRESS, resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    connections: () => connections,
    sockets,
    header: (mail, name) => mail.parsed.headers.find(({ key }) => key === name.toLowerCase())?.value,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** An answer of the server: `answer(550, 'no such user')`. */
export const answer = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });
