import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import type { Log } from '../../../core/kernel/log.ts';
import type { OperationContext } from '../../../core/security/context.ts';
import type { IContexts } from '../../../core/security/contexts.ts';
import { createChrome } from '../../../core/web/chrome.ts';
import type { INavigationContributor, IRequestFilter, Route } from '../../../core/web/extension-points.ts';
import { buildServer, type ServerOptions, type WebServer } from '../../../core/web/server.ts';
import { createViews } from '../../../core/web/views.ts';

/** What went to the log, for tests that look. */
export interface LogLine {
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

export interface WebSite extends AsyncDisposable {
  readonly web: WebServer;
  readonly log: readonly LogLine[];
  /** Which contexts were opened, in order: `read anonymous`, `write ann`, ... */
  readonly contexts: readonly string[];
  readonly db: Knex;
}

export interface WebSiteOptions extends Partial<Omit<ServerOptions, 'routes'>> {
  readonly routes?: readonly Route[];
  readonly templates?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly grants?: Readonly<Record<string, readonly string[]>>;
  readonly menu?: readonly INavigationContributor[];
  readonly filters?: readonly IRequestFilter[];
}

const LAYOUT = `<title>{% block title %}{{ title }}{% endblock %}</title><p id="user">{{ user.name }}/{{ user.fullName }}</p>
{% for item in nav.main %}<a href="{{ item.href }}"{% if item.active %} class="active"{% endif %}>{{ item.label }}</a>{% endfor %}
{% for item in nav.meta %}<b>{{ item.href }} {{ item.method }}</b>{% endfor %}
{% for notice in notices %}<i class="{{ notice.kind }}">{{ notice.text }}</i>{% endfor %}
<input name="__FORM_TOKEN" value="{{ formToken }}">{% block main %}{% endblock %}`;

/** A server with hand-written routes over a real database in memory; grants stand in for the permission policies. */
export async function webSite(options: WebSiteOptions = {}): Promise<WebSite> {
  const db = knex({ client: 'better-sqlite3', connection: { filename: ':memory:' }, useNullAsDefault: true });
  await db.schema.createTable('note', (t) => t.text('text'));
  const lines: LogLine[] = [];
  const write = (message: string, data?: Readonly<Record<string, unknown>>): void => void lines.push({ message, data });
  const log: Log = { info: write, warn: write, error: write };
  const opened: string[] = [];
  const contexts = realContexts(db, log, opened, options.grants ?? {});
  const dir = writeFiles({ 'layout.njk': LAYOUT, ...options.templates });
  const chrome = createChrome([{ common: writeFiles(options.files ?? { 'a.css': 'p {}' }) }]);
  const web = await buildServer({
    filters: [],
    navigation: options.menu ?? [],
    views: createViews({
      dirs: [dir, join(import.meta.dirname, '../../../templates')],
      siteName: 'Test',
      staticPath: (path) => chrome.path(path),
    }),
    chrome,
    contexts,
    findSession: async () => undefined,
    log,
    defaultTimeZone: 'UTC',
    baseUrl: '',
    trustedProxies: [],
    secureCookies: false,
    uploadDir: join(dir, 'incoming'),
    ...options,
    routes: [{ getRoutes: () => options.routes ?? [] }],
  });
  return {
    web,
    log: lines,
    contexts: opened,
    db,
    [Symbol.asyncDispose]: async () => {
      await web.close();
      await db.destroy();
    },
  };
}

function writeFiles(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'tracts-web-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

function realContexts(db: Knex, log: Log, opened: string[], grants: Readonly<Record<string, readonly string[]>>): IContexts {
  const make = (asker: Parameters<IContexts['read']>[0], handle: Knex, writable: boolean): OperationContext => ({
    user: asker.user,
    via: asker.via,
    now: asker.now ?? new Date(),
    timeZone: 'UTC',
    db: handle,
    writable,
    log,
    directory: { people: new Map([['ann', { name: 'ann', fullName: 'Ann Lee', email: '' }]]), grants: new Map() },
    can: (permission) => grants[asker.user.name]?.includes(permission) ?? false,
    afterCommit: () => undefined,
    causes: [],
  });
  return {
    read: (asker, work) => {
      opened.push(`read ${asker.user.name}`);
      return work(make(asker, db, false));
    },
    write: (asker, work) => {
      opened.push(`write ${asker.user.name}`);
      return db.transaction((transaction) => work(make(asker, transaction, true)));
    },
  };
}

/** The first cookie of that name that an answer sets. */
export const cookieOf = (
  answer: { readonly cookies: readonly object[] },
  name: string,
): { value: string } & Record<string, unknown> => {
  const found = (answer.cookies as ({ name: string; value: string } & Record<string, unknown>)[]).find(
    (cookie) => cookie.name === name,
  );
  if (!found) throw new Error(`no cookie ${name}`);
  return found;
};
