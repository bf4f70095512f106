import { spawn } from 'node:child_process';
import { component, DeliveryError, option } from 'tracts';
import { IEmailSender, type OutgoingMail } from './api.ts';

/** Exit codes of sendmail (sysexits) after which no further attempt helps: bad data, no such user, no such host. */
const PERMANENT: ReadonlySet<number> = new Set([65, 67, 68]);
const LONGEST_MS = 120_000;

function run(program: string, { from, to, content }: OutgoingMail): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-i', '-f', from, '--', ...to], { stdio: ['pipe', 'ignore', 'pipe'], timeout: LONGEST_MS });
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      if (said.length < 1000) said += data.toString();
    });
    child.on('error', (error) => reject(new DeliveryError(`${program}: ${error.message}`, { wholeChannel: true })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new DeliveryError(`${program} ended with ${code ?? signal}: ${said.trim()}`, { permanent: PERMANENT.has(code ?? 0) }),
        );
    });
    // It may end before it has read everything; why, its exit code says.
    child.stdin.on('error', () => undefined);
    child.stdin.end(content.toString().replaceAll('\r\n', '\n'));
  });
}

/** Hands mails to a program that takes them as sendmail does. */
export const SendmailEmailSender = component({
  doc: 'Sends mails by a program that works like sendmail.',
  implements: [IEmailSender],
  options: {
    path: option.text('notification', 'sendmail_path', 'sendmail', 'The program, which must know the options -i and -f.'),
  },
  create: ({ options: { path } }) => ({ send: (mail) => run(path, mail) }),
});
