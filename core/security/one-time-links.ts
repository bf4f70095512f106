import { fromMicros, toMicros } from '../db/instants.ts';
import { component } from '../kernel/component.ts';
import type { OperationContext } from './context.ts';
import { IOneTimeLinks, type OneTimeLink } from './extension-points.ts';
import { hashSecret, newSecret } from './secrets.ts';

interface LinkRow {
  readonly token_hash: string;
  readonly purpose: OneTimeLink['purpose'];
  readonly account: string;
  readonly grants: string;
  readonly created: number;
  readonly expires: number;
}

const HOUR = 3_600_000;
const LIFETIME: Readonly<Record<OneTimeLink['purpose'], number>> = { invite: 7 * 24 * HOUR, reset: 24 * HOUR };

const toLink = (row: LinkRow | undefined): OneTimeLink | undefined =>
  row && {
    purpose: row.purpose,
    account: row.account,
    grants: row.grants.split(',').filter(Boolean),
    expires: fromMicros(row.expires),
  };

const valid = async ({ db, now }: OperationContext, token: string): Promise<LinkRow | undefined> =>
  db<LinkRow>('one_time_link')
    .where({ token_hash: hashSecret(token) })
    .where('expires', '>', toMicros(now))
    .first();

/** Keeps the links that work once; of their tokens only hashes are stored. */
export const OneTimeLinkSystem = component({
  doc: 'Makes links that work once.',
  implements: [IOneTimeLinks],
  create: () => ({
    async issue(ctx, { purpose, account, grants }) {
      const token = newSecret();
      if (account !== '') await ctx.db('one_time_link').where({ account }).delete();
      await ctx.db('one_time_link').insert({
        token_hash: hashSecret(token),
        purpose,
        account,
        grants: grants.join(','),
        created: toMicros(ctx.now),
        expires: toMicros(new Date(ctx.now.getTime() + LIFETIME[purpose])),
      });
      return token;
    },
    find: async (ctx, token) => toLink(await valid(ctx, token)),
    async use(ctx, token) {
      const row = await valid(ctx, token);
      const taken = row ? await ctx.db('one_time_link').where({ token_hash: row.token_hash }).delete() : 0;
      return taken === 1 ? toLink(row) : undefined;
    },
    async purge(ctx) {
      await ctx.db('one_time_link').where('expires', '<=', toMicros(ctx.now)).delete();
    },
  }),
});
