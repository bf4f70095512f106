import type { EventConnection, IContexts, ISessionService, Log, OperationContext, User } from 'tracts';

/** Somebody who has a ticket open. */
export interface Watcher {
  readonly ticket: number;
  readonly user: User;
  /** undefined: nobody is logged in. */
  readonly sessionId: string | undefined;
  readonly connection: EventConnection;
}

/** What is told of a ticket that changed. */
export interface TicketNews {
  readonly version: number;
  readonly [more: string]: unknown;
}
/** undefined: the person may not see the ticket, or not any more. */
export type News = (ctx: OperationContext, ticket: number, since: number) => Promise<TicketNews | undefined>;

/** What watching needs. */
export interface WatchParts {
  readonly contexts: IContexts;
  readonly sessions: ISessionService;
  readonly log: Log;
  readonly news: News;
  /** Milliseconds between two looks. */
  readonly interval: number;
}

interface Watched extends Watcher {
  /** The version that the person knows of. */
  version: number;
}

const NOBODY = { user: { name: 'anonymous', authenticated: false }, via: 'web' } as const;
/** Values in one query; SQLite takes no more than some tens of thousands. */
const AT_ONCE = 500;
/** How often it is asked whether everybody is still logged in and may still see what is open. */
const CHECK_MS = 15_000;

function* inPortions<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE);
}

/** Members by what they have in common. */
function groupBy<T>(all: Iterable<T>, keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

/**
 * Tells whoever has a ticket open that it changed, in whatever process: one question to the database each interval, for all
 * watched tickets together. While nobody watches, nothing is asked.
 */
export class TicketWatch {
  readonly #parts: WatchParts;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #checked = Date.now();
  #isOver = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Begins to watch, from what the person knows of; call what it gives to stop. */
  add(watcher: Watcher, version: number): () => void {
    const watched: Watched = { ...watcher, version };
    this.#watched.add(watched);
    this.look();
    return () => void this.#watched.delete(watched);
  }

  /** Looks at once, since something was stored here. */
  look(): void {
    if (this.#isOver || this.#watched.size === 0) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#round().finally(() => {
      this.#looking = undefined;
      if (this.#isOver || this.#watched.size === 0) return;
      const wait = this.#lookAgain ? 0 : this.#parts.interval;
      this.#lookAgain = false;
      this.#timer = setTimeout(() => this.look(), wait).unref();
    });
  }

  async close(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** A failure, such as a database that restarts, must not end the watch. */
  async #round(): Promise<void> {
    try {
      const isDue = Date.now() - this.#checked >= CHECK_MS;
      if (isDue) this.#checked = Date.now();
      const versions = await this.#versions();
      const affected = [...this.#watched].filter((one) => isDue || versions.get(one.ticket) !== one.version);
      if (affected.length > 0) await this.#tell(affected);
    } catch (error) {
      this.#parts.log.error('open tickets cannot be watched', { error: String(error) });
    }
  }

  async #versions(): Promise<ReadonlyMap<number, number>> {
    const ids = [...new Set([...this.#watched].map(({ ticket }) => ticket))];
    return this.#parts.contexts.read(NOBODY, async ({ db }) => {
      const versions = new Map<number, number>();
      for (const some of inPortions(ids)) {
        const rows = (await db('ticket')
          .whereIn('id', [...some])
          .select('id', 'row_version')) as { id: number; row_version: number }[];
        for (const { id, row_version } of rows) versions.set(id, row_version);
      }
      return versions;
    });
  }

  /** Nothing leaves before it is known that the person is still logged in; what is told is made with that person's rights. */
  async #tell(affected: readonly Watched[]): Promise<void> {
    const ids = [...new Set(affected.map(({ sessionId }) => sessionId))].filter((id) => id !== undefined);
    const alive = await this.#parts.contexts.read(NOBODY, async (ctx) => {
      const found = new Set<string>();
      for (const some of inPortions(ids)) for (const id of await this.#parts.sessions.alive(ctx, some)) found.add(id);
      return found;
    });
    for (const one of affected) if (one.sessionId !== undefined && !alive.has(one.sessionId)) this.#end(one, 'over');
    const left = affected.filter((one) => this.#watched.has(one));
    for (const own of groupBy(left, ({ user }) => user.name).values()) await this.#tellPerson(own);
  }

  /** The windows of one person, who sees the same in each that knows of the same version. */
  async #tellPerson(own: readonly Watched[]): Promise<void> {
    const [first] = own;
    if (!first) return;
    await this.#parts.contexts.read({ user: first.user, via: 'web' }, async (ctx) => {
      for (const alike of groupBy(own, ({ ticket, version }) => `${ticket} ${version}`).values()) {
        const [{ ticket, version } = first] = alike;
        const news = await this.#parts.news(ctx, ticket, version);
        for (const one of alike) this.#pass(one, news);
      }
    });
  }

  /** The version is the one that was told of: another change may have been stored since the versions were read. */
  #pass(one: Watched, news: TicketNews | undefined): void {
    if (!news) this.#end(one, 'gone');
    else if (news.version !== one.version && one.connection.send({ id: String(news.version), event: 'change', data: news }))
      one.version = news.version;
  }

  #end(one: Watched, event: 'gone' | 'over'): void {
    this.#watched.delete(one);
    one.connection.send({ event, data: null });
    one.connection.close();
  }
}
