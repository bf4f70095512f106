import path from 'node:path';
import { TracError } from '../kernel/errors.ts';

/** Where the data is, as read from `[trac] database`. */
export type DatabaseLocation =
  | { readonly dialect: 'sqlite'; readonly file: string }
  | { readonly dialect: 'postgres'; readonly url: string; readonly schema: string | undefined };

const EXAMPLES = 'Write sqlite:db/tracts.db or postgres://user:password@host/name into [trac] database of trac.ini.';

/** The address as it may be shown: never with its password. */
export function maskPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):.*@/i, '$1:***@');
}

/**
 * Reads a value of `[trac] database`. SQLite paths are relative to the environment folder `dir`; `sqlite::memory:` lives
 * as long as the process. Of a PostgreSQL address the parameter `schema` is ours (Trac's spelling), others are the driver's.
 */
export function parseDatabaseUrl(raw: string, dir: string): DatabaseLocation {
  const text = raw.trim();
  if (text.startsWith('sqlite:')) {
    const file = text.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    if (!file) throw wrong(raw, 'it names no file');
    return { dialect: 'sqlite', file: file === ':memory:' ? file : path.resolve(dir, file) };
  }
  if (/^postgres(ql)?:/.test(text)) {
    if (!URL.canParse(text)) throw wrong(raw, 'it is no valid address');
    const url = new URL(text);
    if (url.pathname.length < 2) throw wrong(raw, 'it names no database after the host');
    const schema = url.searchParams.get('schema') ?? undefined;
    url.searchParams.delete('schema');
    return { dialect: 'postgres', url: url.href, schema };
  }
  throw wrong(raw, `"${maskPassword(text).split(':')[0] ?? ''}" is no kind of database known here`);
}

const wrong = (raw: string, reason: string): TracError =>
  new TracError('DATABASE_URL', `[trac] database = ${maskPassword(raw.trim())}: ${reason}. ${EXAMPLES}`);
