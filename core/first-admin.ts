import { IContexts } from './security/contexts.ts';
import { IOneTimeLinks, IUserService } from './security/extension-points.ts';
import type { Site } from './site.ts';
import { ISiteOptions } from './site-options.ts';

const SETUP = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;

/**
 * While nobody has an account: the address at which the first administrator sets a name and a password. A new one each time.
 *
 * `url`, where the server listens, counts only without `[trac] base_url`: behind a proxy nobody's browser reaches it.
 */
export async function firstAdminLink(site: Site, url: string): Promise<string | undefined> {
  return site.get(IContexts).write(SETUP, async (ctx) => {
    const accounts = await site.get(IUserService).list(ctx);
    if (accounts.some(({ hasPassword }) => hasPassword)) return undefined;
    const token = await site.get(IOneTimeLinks).issue(ctx, { purpose: 'invite', account: '', grants: ['TRAC_ADMIN'] });
    const base = site.get(ISiteOptions).baseUrl.trim().replace(/\/+$/, '');
    return `${base || url}/invite/${token}`;
  });
}
