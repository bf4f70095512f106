import { createHmac, timingSafeEqual } from 'node:crypto';
import { component, IContexts, service } from 'tracts';
import { signingKey } from './store.ts';

/** What a link in a mail takes back: mails on one ticket, or those because of one rule. */
export interface Unsubscription {
  readonly account?: string;
  readonly address?: string;
  readonly ticket?: number;
  readonly rule?: string;
}

/** Signs what links in mails may do without a login. */
export interface IMailTokens {
  sign(what: Unsubscription): Promise<string>;
  /** undefined: nobody signed this. */
  read(token: string): Promise<Unsubscription | undefined>;
}
export const IMailTokens = service<IMailTokens>('IMailTokens', { doc: 'Signs links in mails.' });

const ROBOT = { user: { name: 'tracts', authenticated: true }, via: 'job' } as const;

export const MailTokens = component({
  doc: 'Signs links in mails.',
  implements: [IMailTokens],
  uses: { contexts: IContexts },
  create: ({ contexts }): IMailTokens => {
    let key: Promise<Buffer> | undefined;
    const getKey = (): Promise<Buffer> => {
      key ??= contexts.write(ROBOT, ({ db }) => signingKey(db));
      key.catch(() => {
        key = undefined;
      });
      return key;
    };
    const signature = async (text: string): Promise<string> =>
      createHmac('sha256', await getKey())
        .update(`unsubscribe ${text}`)
        .digest('base64url');
    return {
      async sign({ account, address, ticket, rule }) {
        const text = Buffer.from(JSON.stringify([account ?? '', address ?? '', ticket ?? 0, rule ?? ''])).toString('base64url');
        return `${text}.${await signature(text)}`;
      },
      async read(token) {
        const [text = '', given = ''] = token.split('.');
        const wanted = Buffer.from(await signature(text));
        const found = Buffer.from(given);
        if (wanted.length !== found.length || !timingSafeEqual(wanted, found)) return undefined;
        const [account, address, ticket, rule] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
          string,
          string,
          number,
          string,
        ];
        return {
          ...(account ? { account } : {}),
          ...(address ? { address } : {}),
          ...(ticket ? { ticket } : {}),
          ...(rule ? { rule } : {}),
        };
      },
    };
  },
});
