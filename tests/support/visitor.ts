import type { LightMyRequestResponse as Response } from 'fastify';
import { IPasswords, ISessionService, IUserService } from '../../core/security/extension-points.ts';
import type { TestSite } from '../../core/testing/index.ts';

/** Somebody with a browser: keeps cookies, sends the form token of the last page, follows nothing by itself. */
export interface Visitor {
  readonly cookies: Map<string, string>;
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Posts a form with the token that the last page had; to a ticket, as if its page had just been loaded (`view_time`). */
  post(url: string, fields?: Readonly<Record<string, string>>): Promise<Response>;
}

/** What the form on a stored ticket's page holds, unless `fields` say otherwise: the version that it was made from. */
export async function viewTime(site: TestSite, url: string, fields: Iterable<string>): Promise<Readonly<Record<string, string>>> {
  const id = Number(/(?<!attachment)\/ticket\/(\d{1,6})$/.exec(url)?.[1]);
  if (!(id > 0) || [...fields].includes('view_time')) return {};
  const { rowVersion } = await site.ticket(id).catch(() => ({ rowVersion: 0 }));
  return { view_time: String(rowVersion) };
}

/** A browser with no cookies yet. */
export function visit(site: TestSite): Visitor {
  const cookies = new Map<string, string>();
  const keep = (answer: Response): Response => {
    for (const { name, value, maxAge } of answer.cookies as { name: string; value: string; maxAge?: number }[]) {
      if (value === '' || maxAge === 0) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const jar = (): Record<string, string> => Object.fromEntries(cookies);
  return {
    cookies,
    get: async (url, headers = {}) =>
      keep((await site.inject({ url, cookies: jar(), headers: { accept: 'text/html', ...headers } })) as Response),
    post: async (url, fields = {}) => {
      if (!cookies.has('trac_form_token')) keep((await site.inject({ url: '/about', cookies: jar() })) as Response);
      const seen = await viewTime(site, url, Object.keys(fields));
      const payload = new URLSearchParams({ __FORM_TOKEN: cookies.get('trac_form_token') ?? '', ...seen, ...fields }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
      return keep((await site.inject({ method: 'POST', url, cookies: jar(), headers, payload })) as Response);
    },
  };
}

/** The password of every account that `addAccount` makes. */
export const PASSWORD = 'correct horse battery';
let hash: Promise<string> | undefined;

/** Adds an account; hashing is slow on purpose, so that it is done once. */
export async function addAccount(site: TestSite, name: string): Promise<void> {
  hash ??= site.site.get(IPasswords).hash(PASSWORD);
  const passwordHash = await hash;
  await site.as('admin').run((ctx) => site.site.get(IUserService).add(ctx, { name, fullName: `${name} Person`, passwordHash }));
}

/** A browser of somebody who is logged in; adds the account where there is none. */
export async function enter(site: TestSite, name: string): Promise<Visitor> {
  const known = await site.as('admin').run((ctx) => site.site.get(IUserService).find(ctx, name));
  if (!known) await addAccount(site, name);
  const { token, session } = await site.as(name).run((ctx) => site.site.get(ISessionService).open(ctx, name, 'a test'));
  const person = visit(site);
  person.cookies.set('trac_auth', token).set('trac_form_token', session.formToken);
  return person;
}
