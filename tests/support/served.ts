import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEnvironment } from '../../core/environment.ts';
import type { Log } from '../../core/kernel/log.ts';
import { IContexts } from '../../core/security/contexts.ts';
import { IGrants, IPasswords, ISessionService, IUserService } from '../../core/security/extension-points.ts';
import { type Service, serveEnvironment } from '../../core/serving.ts';
import { ITicketService } from '../../core/ticket/extension-points.ts';

/** An environment in a folder of its own, as an administrator has one; served over a socket while `service` runs. */
export interface Environment extends AsyncDisposable {
  readonly dir: string;
  readonly logged: { readonly level: string; readonly message: string }[];
  /** Writes a file of the environment; its folders are made. */
  write(name: string, text: string | Uint8Array): void;
  /** Serves it; what was served before is closed first. */
  serve(): Promise<Service>;
  /** Asks for a page as somebody who is logged in; `anonymous` is nobody. */
  page(name: string, url: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Posts a form as somebody who is logged in; to a ticket, as from its page. */
  post(
    name: string,
    url: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }>;
  /** Files a ticket and tells its number. */
  fileTicket(summary: string): Promise<number>;
}

const ROOT = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;

/** Makes an environment with the accounts `admin` (TRAC_ADMIN) and `ann`. */
export async function makeEnvironment(ini = ''): Promise<Environment> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tracts-env-'));
  rmSync(dir, { recursive: true });
  await createEnvironment(dir, { ini });
  const logged: { level: string; message: string }[] = [];
  const hear = (level: string) => (message: string, data?: object) =>
    void logged.push({ level, message: `${message} ${JSON.stringify(data ?? {})}` });
  const log: Log = { info: hear('info'), warn: hear('warn'), error: hear('error') };
  let service: Service | undefined;
  const running = (): Service => {
    if (!service) throw new Error('serve() first');
    return service;
  };
  const cookies = new Map<string, string>();
  const cookieOf = async (name: string): Promise<string> => {
    if (name === 'anonymous') return '';
    const known = cookies.get(name);
    if (known) return known;
    const { site } = running();
    const { token, session } = await site
      .get(IContexts)
      .write({ ...ROOT, user: { name, authenticated: true } }, (ctx) => site.get(ISessionService).open(ctx, name, 'a test'));
    const cookie = `trac_auth=${token}; trac_form_token=${session.formToken}`;
    cookies.set(name, cookie);
    return cookie;
  };
  const answer = async (name: string, url: string, init: RequestInit = {}) => {
    const headers = { accept: 'text/html', cookie: await cookieOf(name), ...(init.headers as Record<string, string>) };
    const response = await fetch(running().url + url, { ...init, headers, redirect: 'manual' });
    return { status: response.status, text: await response.text() };
  };
  return {
    dir,
    logged,
    write: (name, text) => {
      mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
      writeFileSync(path.join(dir, name), text);
    },
    serve: async () => {
      await service?.close();
      service = undefined;
      service = await serveEnvironment(dir, { host: '127.0.0.1', port: 0, log });
      await addPeople(service);
      return service;
    },
    page: (name, url) => answer(name, url),
    post: async (name, url, fields) => {
      const token = /trac_form_token=(.*)/.exec(await cookieOf(name))?.[1] ?? '';
      const page = /^\/ticket\/\d+$/.test(url) ? await answer(name, url) : undefined;
      const seen = { view_time: /name="view_time" value="(\d+)"/.exec(page?.text ?? '')?.[1] ?? '' };
      return answer(name, url, { method: 'POST', body: new URLSearchParams({ __FORM_TOKEN: token, ...seen, ...fields }) });
    },
    fileTicket: async (summary) => {
      const { site } = running();
      const asker = { ...ROOT, user: { name: 'ann', authenticated: true } };
      const applied = await site
        .get(IContexts)
        .write(asker, (ctx) => site.get(ITicketService).apply(ctx, undefined, { fields: { summary } }));
      if (applied.id === undefined) throw new Error(applied.problems.map(({ message }) => message).join(' '));
      return applied.id;
    },
    [Symbol.asyncDispose]: async () => {
      await service?.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function addPeople({ site }: Service): Promise<void> {
  const users = site.get(IUserService);
  const passwordHash = await site.get(IPasswords).hash('correct horse battery');
  await site.get(IContexts).write(ROOT, async (ctx) => {
    if (await users.find(ctx, 'admin')) return;
    for (const name of ['admin', 'ann']) await users.add(ctx, { name, passwordHash });
    await site.get(IGrants).grant(ctx, 'admin', 'TRAC_ADMIN');
  });
}
