import { IContexts } from './security/contexts.ts';
import { IOneTimeLinks, IUserService } from './security/extension-points.ts';
import type { Site } from './site.ts';

const SETUP = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;

/** While nobody has an account: the address at which the first administrator sets a name and a password. A new one each time. */
export async function firstAdminLink(site: Site, url: string): Promise<string | undefined> {
  return site.get(IContexts).write(SETUP, async (ctx) => {
    const accounts = await site.get(IUserService).list(ctx);
    if (accounts.some(({ hasPassword }) => hasPassword)) return undefined;
    const token = await site.get(IOneTimeLinks).issue(ctx, { purpose: 'invite', account: '', grants: ['TRAC_ADMIN'] });
    return `${url}/invite/${token}`;
  });
}
