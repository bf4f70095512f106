import type { Knex } from 'knex';
import type { Directory, Person } from './context.ts';

/** The generation to bump, in the same transaction, whenever accounts or grants change. */
export const DIRECTORY = 'directory';

interface AccountRow {
  readonly name: string;
  readonly full_name: string;
  readonly email: string;
  readonly disabled: boolean | number;
  readonly time_zone: string;
}

/** Reads accounts and grants as one snapshot. */
export async function loadDirectory(db: Knex): Promise<Directory> {
  const accounts = await db<AccountRow>('account').select('name', 'full_name', 'email', 'disabled', 'time_zone').orderBy('name');
  const rows: readonly { username: string; action: string }[] = await db('permission').select('username', 'action');
  const people = new Map<string, Person>(
    accounts.map(({ name, full_name, email, disabled, time_zone }) => [
      name,
      { name, fullName: full_name, email, disabled: Boolean(disabled), timeZone: time_zone },
    ]),
  );
  const grants = new Map<string, Set<string>>();
  for (const { username, action } of rows) grants.set(username, (grants.get(username) ?? new Set()).add(action));
  return { people, grants };
}
