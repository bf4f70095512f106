import type { InjectOptions, LightMyRequestResponse as InjectResponse } from 'fastify';
import { memorySite } from '../environment.ts';
import { deliverDue } from '../jobs/index.ts';
import { TracError } from '../kernel/errors.ts';
import { silentLog } from '../kernel/log.ts';
import type { OperationContext, Person, User } from '../security/context.ts';
import type { Site } from '../site.ts';
import { ITicketService } from '../ticket/extension-points.ts';
import type { Applied, HistoryEntry, Problem, Submission, TicketForm } from '../ticket/types.ts';
import type { WebServer } from '../web/server.ts';

/** How a test site starts. */
export interface TestSiteOptions {
  /** Plugin modules under test, or name to module; their components are on. Names, else `plugin1`, `plugin2`, ... */
  readonly plugins?: readonly object[] | Readonly<Record<string, object>>;
  /** Text of trac.ini. */
  readonly ini?: string;
  /** Subject to permissions and groups. Default: those of a new environment, and TRAC_ADMIN for `admin`. */
  readonly grants?: Readonly<Record<string, readonly string[]>>;
  /** People with an account. */
  readonly people?: readonly Person[];
  /** An empty database to use; default: one in memory. */
  readonly database?: { readonly url: string; readonly dir: string };
}

/** A ticket as tests compare it: its values beside id and version. */
export type TestTicket = { readonly id: number; readonly rowVersion: number } & Readonly<Record<string, unknown>>;

/** The submission was refused; the message holds every problem. */
export class RefusedError extends TracError {
  constructor(readonly problems: readonly Problem[]) {
    super('REFUSED', problems.map(({ message }) => message).join(' '), 422);
  }
}

/** What one person does on a test site. */
export interface TestUser {
  /** Files a ticket; throws `RefusedError`. */
  fileTicket(fields: Readonly<Record<string, unknown>>, submission?: Submission): Promise<TestTicket>;
  /** Takes an action on a ticket; throws `RefusedError`. */
  submit(
    ticket: number | { readonly id: number },
    action: string,
    inputs?: Readonly<Record<string, unknown>>,
    more?: Submission,
  ): Promise<TestTicket>;
  /** The same without throwing, with everything that came of it. */
  apply(ticket: number | undefined, submission: Submission): Promise<Applied>;
  form(ticket?: number | { readonly id: number }): Promise<TicketForm>;
  /** Runs anything as this person in one transaction. */
  run<T>(work: (ctx: OperationContext) => Promise<T>, now?: Date): Promise<T>;
}

/** A whole site in memory, with the plugins under test: the same code that serves people, without a socket. */
export interface TestSite extends TestUser, AsyncDisposable {
  readonly site: Site;
  as(name: string): TestUser;
  ticket(id: number): Promise<TestTicket>;
  history(id: number): Promise<readonly HistoryEntry[]>;
  /** Delivers what is due in the outbox, and what comes of it; returns how many messages went out. `now`: as if it were then. */
  deliver(now?: Date): Promise<number>;
  /** Sends a request to the pages, as Fastify's `inject` takes it. */
  inject(request: InjectOptions | string): Promise<InjectResponse>;
}

const DEFAULT_TEST_GRANTS = {
  anonymous: ['MILESTONE_VIEW', 'REPORT_VIEW', 'ROADMAP_VIEW', 'SEARCH_VIEW', 'TICKET_VIEW', 'TIMELINE_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  admin: ['TRAC_ADMIN'],
} as const;

const userOf = (name: string): User => ({ name, authenticated: name !== 'anonymous' });
const idOf = (ticket: number | { readonly id: number }): number => (typeof ticket === 'number' ? ticket : ticket.id);

/**
 * Composes a site in memory. Use it with `await using`, so that it closes at the end of the test:
 *
 *     await using site = await testSite({ plugins: [plugin] });
 */
export async function testSite({
  plugins = [],
  ini = '',
  grants = DEFAULT_TEST_GRANTS,
  people = [],
  database,
}: TestSiteOptions = {}): Promise<TestSite> {
  const named = Array.isArray(plugins)
    ? plugins.map((module, index) => [`plugin${index + 1}`, module] as const)
    : Object.entries(plugins);
  const extra = named.map(([plugin, module]) => ({
    source: { plugin, file: `${plugin} (test)`, enabledByDefault: true },
    module: module as object,
  }));
  const site = await memorySite({ ini, grants, people }, { plugins: extra, database });
  const tickets = site.get(ITicketService);
  let web: Promise<WebServer> | undefined;

  const read = async (id: number): Promise<TestTicket> =>
    site.contexts.read({ user: userOf('admin'), via: 'cli' }, async (ctx) => {
      const { ticket } = await tickets.open(ctx, id);
      return { ...ticket.values, id, rowVersion: ticket.version };
    });
  const as = (name: string): TestUser => {
    const asker = { user: userOf(name), via: 'api' } as const;
    const apply = (id: number | undefined, submission: Submission): Promise<Applied> =>
      site.contexts.write(asker, (ctx) => tickets.apply(ctx, id, submission));
    const must = async (id: number | undefined, submission: Submission): Promise<TestTicket> => {
      const applied = await apply(id, submission);
      if (!applied.ok || applied.id === undefined) throw new RefusedError(applied.problems);
      return { ...applied.ticket.values, id: applied.id, rowVersion: applied.ticket.version };
    };
    return {
      apply,
      fileTicket: (fields, submission = {}) => must(undefined, { ...submission, fields }),
      submit: (ticket, action, inputs = {}, more = {}) => must(idOf(ticket), { ...more, action, inputs }),
      form: (ticket) =>
        site.contexts.read(asker, async (ctx) =>
          tickets.form(ticket === undefined ? await tickets.draft(ctx) : await tickets.open(ctx, idOf(ticket))),
        ),
      run: (work, now) => site.contexts.write(now ? { ...asker, now } : asker, work),
    };
  };
  return {
    site,
    ...as('reporter'),
    as,
    ticket: read,
    history: (id) =>
      site.contexts.read({ user: userOf('admin'), via: 'cli' }, async (ctx) => tickets.history(await tickets.open(ctx, id))),
    deliver: (now) => deliverDue(site, silentLog, () => now ?? new Date()),
    inject: async (request) => {
      web ??= site.web();
      return (await web).inject(request as InjectOptions);
    },
    [Symbol.asyncDispose]: async () => {
      await (await web)?.close();
      await site.close();
    },
  };
}
