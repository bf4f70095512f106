import { component, IRouteProvider, NotFoundError, type OperationContext, type Outcome, type WebRequest } from 'tracts';
import { rulesOf, saveRules, setWatch, ticketFacts } from './store.ts';
import { IMailTokens, type Unsubscription } from './tokens.ts';

/** The pages behind the links in mails that say: no more of these. They need no login; the link itself says who it is. */
export const Unsubscribing = component({
  doc: 'Stops mails by a link in them, without a login.',
  implements: [IRouteProvider],
  uses: { tokens: IMailTokens },
  create: ({ tokens }) => ({
    getRoutes: () => [
      {
        method: 'GET',
        path: '/notifications/stop/:token',
        handle: async (_ctx, request) => page(await readToken(tokens, request), false),
      },
      {
        method: 'POST',
        path: '/notifications/stop/:token',
        // Mail programs post here by themselves (RFC 8058); the signed token is the proof.
        openPost: true,
        handle: async (ctx, request) => {
          const what = await readToken(tokens, request);
          await stop(ctx, what);
          return page(what, true);
        },
      },
    ],
  }),
});

async function readToken(tokens: IMailTokens, request: WebRequest): Promise<Unsubscription> {
  const what = await tokens.read(request.params['token'] ?? '');
  if (!what) throw new NotFoundError('This link is not complete. Take it from the mail once more, as a whole.');
  return what;
}

/** Nothing is told of the ticket: whoever holds the link may have lost the right to view it. */
const page = ({ ticket, rule }: Unsubscription, isDone: boolean): Outcome => ({
  template: 'notifications/stop.njk',
  data: { isDone, ticket: ticket ?? 0, isDigest: rule === 'digest' },
});

async function stop(ctx: OperationContext, { account, address, ticket, rule }: Unsubscription): Promise<void> {
  if (ticket !== undefined) {
    if ((await ticketFacts(ctx.db, [ticket])).length === 0) return;
    if (account !== undefined && ctx.directory.people.has(account)) await setWatch(ctx, ticket, { account }, 'muted');
    if (address !== undefined) await setWatch(ctx, ticket, { address: address.toLowerCase() }, 'muted');
    return;
  }
  if (account === undefined || rule === undefined || !ctx.directory.people.has(account)) return;
  const rules = await rulesOf(ctx.db, [account]);
  const others = rules.filter((one) => one.rule !== rule);
  const changed =
    rule === 'digest'
      ? rules.map((one) => (one.pace === 'now' ? one : ({ ...one, adverb: 'never', pace: 'now', priority: 1 } as const)))
      : [...others, { rule, adverb: 'never', pace: 'now', priority: 1 } as const];
  await saveRules(ctx.db, account, changed);
}
