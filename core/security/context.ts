import type { Knex } from 'knex';
import type { Log } from '../kernel/log.ts';

/** What a permission is asked about. `object` is the loaded ticket, comment, ... where there is one. */
export interface Resource {
  readonly realm: string;
  readonly id?: number | string | undefined;
  readonly object?: unknown;
  /** The resource this one belongs to, e.g. the ticket of a comment. */
  readonly parent?: Resource | undefined;
}

/** Who acts. `anonymous` is a name like any other, with `authenticated: false`. */
export interface User {
  readonly name: string;
  readonly authenticated: boolean;
}

/** A person with an account. */
export interface Person {
  readonly name: string;
  readonly fullName: string;
  readonly email: string;
  /** May not log in; the name stays taken. */
  readonly disabled?: boolean;
  /** Where the person's days begin; absent or empty: the site's. */
  readonly timeZone?: string;
}

/**
 * Accounts and grants as one immutable snapshot, so that questions of permission are answered without waiting.
 *
 * `grants`: subject (user or group) to what it was given: permissions, upper case, and groups, anything else (Trac).
 */
export interface Directory {
  readonly people: ReadonlyMap<string, Person>;
  readonly grants: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Through which door somebody acts. */
export type Via = 'web' | 'api' | 'cli' | 'mail' | 'job';

/** Who acts, through which door, when, in which transaction. No HTTP type appears below core/web. */
export interface OperationContext {
  readonly user: User;
  readonly via: Via;
  /** The instant of this operation; everything it stores bears this time. */
  readonly now: Date;
  /** The person's time zone, e.g. `Europe/Zurich`: typed times are read in it, instants shown in it. Always one that `Intl` knows. */
  readonly timeZone: string;
  /** The only door to SQL: the open transaction, or a read-only connection. A query beside it would wait for ever on SQLite. */
  readonly db: Knex;
  /** True inside a writing transaction. */
  readonly writable: boolean;
  readonly log: Log;
  /** Accounts and grants as they are for this operation. */
  readonly directory: Directory;
  /** Synchronous by design: a forgotten `await` on a promise would read as “allowed”. */
  can(permission: string, resource?: Resource): boolean;
  /**
   * Runs once the transaction is committed. A failure never undoes the change and is not told to the person: it is logged, and
   * shown to administrators on /about. `what` names the task there, e.g. `sending the chat message`; default: the change and
   * who heard it.
   */
  afterCommit(task: () => void | Promise<void>, what?: string): void;
  /**
   * The ticket changes that led here, outermost first, e.g. `#12 resolve heard by sla.Clock`; empty: somebody asked for it
   * directly. Hand this context on: a chain that grows too long is stopped with an error that names it.
   */
  readonly causes: readonly string[];
}
