import type { Knex } from 'knex';
import { IGenerations } from '../db/generation.ts';
import { fromMicros, toMicros } from '../db/instants.ts';
import { component } from '../kernel/component.ts';
import { BadRequestError, NotFoundError } from '../kernel/errors.ts';
import { isTimeZone } from '../kernel/time-zones.ts';
import { nameFault } from './account-names.ts';
import type { OperationContext } from './context.ts';
import { DIRECTORY } from './directory.ts';
import { type Account, type AccountChange, IUserService, type Preferences } from './extension-points.ts';
import { isPermissionName } from './permission-graph.ts';

interface AccountRow {
  readonly name: string;
  readonly password: string | null;
  readonly full_name: string;
  readonly email: string;
  readonly time_zone: string;
  readonly theme: string;
  readonly disabled: boolean | number;
  readonly created: number;
}

const THEMES: readonly string[] = ['auto', 'light', 'dark'];

const toAccount = (row: AccountRow): Account => ({
  name: row.name,
  fullName: row.full_name,
  email: row.email,
  timeZone: row.time_zone,
  theme: THEMES.includes(row.theme) ? (row.theme as Preferences['theme']) : 'auto',
  disabled: Boolean(row.disabled),
  hasPassword: row.password !== null,
  created: fromMicros(row.created),
});

/** An account with the hash of its password, for whoever checks it. */
export async function findAccount(
  db: Knex,
  name: string,
): Promise<{ readonly account: Account; readonly passwordHash: string | undefined } | undefined> {
  if (name.includes('\0')) return undefined; // PostgreSQL takes no such text
  const row = await db<AccountRow>('account').where({ name }).first();
  return row ? { account: toAccount(row), passwordHash: row.password ?? undefined } : undefined;
}

/** Keeps the accounts in the database. */
export const UserSystem = component({
  doc: 'Keeps the accounts.',
  implements: [IUserService],
  uses: { generations: IGenerations },
  create: ({ generations }) => ({
    async find(ctx, name) {
      return (await findAccount(ctx.db, name))?.account;
    },
    async list(ctx) {
      return (await ctx.db<AccountRow>('account').orderBy('name')).map(toAccount);
    },
    async add(ctx, { name, ...change }) {
      const fault = nameFault(name) ?? (await clash(ctx.db, name)) ?? profileFault(change);
      if (fault) throw new BadRequestError(fault);
      await ctx.db('account').insert({ name, created: toMicros(ctx.now), ...toColumns(change) });
      await generations.bump(ctx, DIRECTORY);
    },
    async update(ctx, name, change) {
      const fault = profileFault(change);
      if (fault) throw new BadRequestError(fault);
      const columns = toColumns(change);
      if (Object.keys(columns).length > 0 && (await ctx.db('account').where({ name }).update(columns)) === 0) throw unknown(name);
      if (change.passwordHash !== undefined || change.disabled) await endLogins(ctx, name);
      await generations.bump(ctx, DIRECTORY);
    },
    async remove(ctx, name) {
      await endLogins(ctx, name);
      await ctx.db('permission').where({ username: name }).delete();
      if ((await ctx.db('account').where({ name }).delete()) === 0) throw unknown(name);
      await generations.bump(ctx, DIRECTORY);
    },
  }),
});

const unknown = (name: string): NotFoundError => new NotFoundError(`There is no account called ${name}.`);

/** Whoever knew the old password, or has a link made for the account, must not stay or come in by it. */
async function endLogins({ db }: OperationContext, account: string): Promise<void> {
  await db('session').where({ account }).delete();
  await db('one_time_link').where({ account }).delete();
}

/** Two names that differ in case alone would be taken for each other; one that is a group's would hold what the group holds. */
async function clash(db: Knex, name: string): Promise<string | undefined> {
  const key = name.toLowerCase();
  const accounts: readonly { name: string }[] = await db('account').select('name');
  const other = accounts.find((account) => account.name.toLowerCase() === key);
  if (other) return `The name ${name} is taken${other.name === name ? '' : ` (by ${other.name})`}. Choose another.`;
  const grants: readonly { action: string }[] = await db('permission').distinct('action');
  const group = grants.find(({ action }) => action.toLowerCase() === key && !isPermissionName(action));
  return group ? `${group.action} is the name of a group. Choose another.` : undefined;
}

function profileFault({ fullName = '', email = '', timeZone = '', theme = 'auto' }: Partial<AccountChange>): string | undefined {
  if (fullName.length > 200 || /\p{Cc}/u.test(fullName))
    return 'The full name is too long (200 characters at most) or has control characters.';
  if (email !== '' && !/^[^\s@,;<>\p{Cc}]+@[^\s@,;<>\p{Cc}]+$/u.test(email)) return `“${email}” is no e-mail address.`;
  if (email.length > 254) return 'The e-mail address is too long: 254 characters at most.';
  if (!THEMES.includes(theme)) return `“${theme}” is no theme: choose ${THEMES.join(', ')}.`;
  return timeZone === '' || isTimeZone(timeZone) ? undefined : `“${timeZone}” is no time zone. Example: Europe/Zurich.`;
}

const COLUMNS = {
  fullName: 'full_name',
  email: 'email',
  timeZone: 'time_zone',
  theme: 'theme',
  disabled: 'disabled',
  passwordHash: 'password',
} as const satisfies Record<keyof AccountChange, string>;

const toColumns = (change: Partial<AccountChange>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(COLUMNS).flatMap(([key, column]) => {
      const value = change[key as keyof AccountChange];
      return value === undefined ? [] : [[column, value]];
    }),
  );
