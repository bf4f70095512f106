/**
 * An error with a stable code. `message` is what, where and remedy in one or two sentences.
 *
 * `expose` says whether a person may read the message; if not, pages show a neutral sentence and the log has the rest.
 */
export class TracError extends Error {
  readonly code: string;
  readonly status: number;
  readonly expose: boolean;

  constructor(code: string, message: string, status = 500, expose = true) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    this.expose = expose;
  }
}

/** Something asked for does not exist (or must not be seen to exist). */
export class NotFoundError extends TracError {
  constructor(message: string) {
    super('NOT_FOUND', message, 404);
  }
}

/** The person lacks a permission. */
export class PermissionError extends TracError {
  constructor(
    readonly permission: string,
    what = 'do this',
  ) {
    super('FORBIDDEN', `You need the permission ${permission} to ${what}.`, 403);
  }
}

/** Input that can not be understood at all. */
export class BadRequestError extends TracError {
  constructor(message: string) {
    super('BAD_REQUEST', message, 400);
  }
}

/** What can be given once came several times: which one counts, nobody could say. */
export class RepeatedValueError extends BadRequestError {
  constructor(name: string) {
    super(`“${name}” came with several values, and takes one. Send it once.`);
  }
}

/** The message of whatever was thrown: a plugin may throw anything, things that cannot be looked at among them. */
export function reasonOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something that cannot be shown was thrown';
  }
}

/** Where a setting stands: file, section, key and 1-based line, as far as known. */
export interface Place {
  readonly file?: string | undefined;
  readonly section?: string | undefined;
  readonly key?: string | undefined;
  readonly line?: number | undefined;
}

/** A mistake in trac.ini that stops the whole file from being used. */
export class ConfigError extends TracError {
  constructor(
    message: string,
    readonly place: Place = {},
  ) {
    super('CONFIG', message, 500);
  }
}

/** Writes a place as people read it: `trac.ini, line 12, [sla] response_hours`. */
export function describePlace({ file, section, key, line }: Place): string {
  const option = section === undefined ? '' : key === undefined ? `[${section}]` : `[${section}] ${key}`;
  return [file, line === undefined ? '' : `line ${line}`, option].filter(Boolean).join(', ');
}

/** Something found wrong while loading that does not stop the rest: shown by checks, in the log and to administrators. */
export interface Diagnosis {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to type or do next. */
  readonly remedy?: string | undefined;
  readonly place?: Place | undefined;
  /** The component or plugin concerned, if one is. */
  readonly component?: string | undefined;
  /** Until it is put right everything is refused to everybody: told on the page that refuses, to whom TRAC_ADMIN was granted. */
  readonly refusesAll?: boolean | undefined;
}
