import { createEnvironment } from '../../core/environment.ts';
import { firstAdminLink } from '../../core/first-admin.ts';
import { silentLog } from '../../core/kernel/log.ts';
import type { OperationContext } from '../../core/security/context.ts';
import { IGrants, IPasswords, ISessionService, IUserService } from '../../core/security/extension-points.ts';
import { type Service, serveEnvironment } from '../../core/serving.ts';
import { ITicketService } from '../../core/ticket/extension-points.ts';
import type { Applied, Submission } from '../../core/ticket/types.ts';
import { createTestDatabase, type Dialect } from './databases.ts';

/** The password of everybody on a served site. */
export const PASSWORD = 'a goose in the harbour';

/** Cookies of somebody who is logged in, as playwright takes them. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly url: string;
}

/** An environment in a folder of its own, served on a free port: what an administrator starts, without the command line. */
export interface ServedSite extends AsyncDisposable {
  readonly url: string;
  readonly service: Service;
  /** The link that the first start prints; undefined once there is an account. */
  firstLink(): Promise<string | undefined>;
  /** Makes an account with `PASSWORD`, and gives it permissions and groups. */
  addPerson(name: string, fullName: string, grants?: readonly string[]): Promise<void>;
  grant(subject: string, action: string): Promise<void>;
  /** Logs somebody in without the form. */
  cookiesOf(name: string): Promise<readonly Cookie[]>;
  /** Files or changes a ticket without a browser; throws when it is refused. */
  submit(name: string, id: number | undefined, submission: Submission): Promise<number>;
  /** Runs anything as this person, in one transaction. */
  run<T>(name: string, work: (ctx: OperationContext) => Promise<T>): Promise<T>;
}

interface Setup {
  readonly dialect?: Dialect;
  /** Further text of trac.ini. */
  readonly ini?: string;
}

const NOBODY = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;

/** Creates an environment and serves it. Use it with `await using`, or dispose of it at the end. */
export async function serveSite({ dialect = 'sqlite', ini = '' }: Setup = {}): Promise<ServedSite> {
  const database = await createTestDatabase(dialect);
  await createEnvironment(database.dir, { ini: `[trac]\ndatabase = ${database.url}\n\n${ini}` });
  const service = await serveEnvironment(database.dir, { host: '127.0.0.1', port: 0, log: silentLog });
  const { url } = service;
  let hash: Promise<string> | undefined;
  const run = <T>(name: string, work: (ctx: OperationContext) => Promise<T>): Promise<T> =>
    service.site.contexts.write({ user: { name, authenticated: true }, via: 'web' }, work);
  return {
    url,
    service,
    run,
    firstLink: () => firstAdminLink(service.site, url),
    addPerson: async (name, fullName, grants = []) => {
      hash ??= service.site.get(IPasswords).hash(PASSWORD);
      const passwordHash = await hash;
      await service.site.contexts.write(NOBODY, async (ctx) => {
        await service.site.get(IUserService).add(ctx, { name, fullName, email: `${name}@example.org`, passwordHash });
        for (const action of grants) await service.site.get(IGrants).grant(ctx, name, action);
      });
    },
    grant: (subject, action) =>
      service.site.contexts.write(NOBODY, (ctx) => service.site.get(IGrants).grant(ctx, subject, action)),
    cookiesOf: async (name) => {
      const { token, session } = await run(name, (ctx) => service.site.get(ISessionService).open(ctx, name, 'a test'));
      return [
        { name: 'trac_auth', value: token, url },
        { name: 'trac_form_token', value: session.formToken, url },
      ];
    },
    submit: async (name, id, submission) => {
      const applied: Applied = await run(name, (ctx) => service.site.get(ITicketService).apply(ctx, id, submission));
      if (!applied.ok || applied.id === undefined)
        throw new Error(`refused: ${applied.problems.map(({ message }) => message).join(' ')}`);
      return applied.id;
    },
    [Symbol.asyncDispose]: async () => {
      await service.close();
      await database.drop();
    },
  };
}
