import { BadRequestError, NotFoundError } from '../../kernel/errors.ts';
import { splitList } from '../../kernel/literals.ts';
import { IContexts } from '../../security/contexts.ts';
import { type AccountChange, IOneTimeLinks, IPasswords, IUserService } from '../../security/extension-points.ts';
import { textFlag } from '../arguments.ts';
import type { CommandArguments, OpenSite } from '../extension-points.ts';
import type { CoreCommand, CoreHost } from '../host.ts';
import { OPERATOR } from '../operator.ts';
import { printJson, printTable } from '../output.ts';

const nameOf = ({ positional }: CommandArguments): string => positional[0] ?? '';

async function readPassword(host: CoreHost): Promise<string> {
  if (!host.interactive) return (await host.readInput()).replace(/\r?\n$/, '');
  const password = await host.askSecret('Password: ');
  if ((await host.askSecret('The same again: ')) !== password) throw new BadRequestError('The two passwords differ. Try again.');
  return password;
}

/** Asked for before any transaction: hashing takes long on purpose. */
async function readHash(host: CoreHost, site: OpenSite, name: string): Promise<string> {
  const passwords = site.get(IPasswords);
  const password = await readPassword(host);
  const fault = passwords.fault(password, name);
  if (fault) throw new BadRequestError(fault);
  return passwords.hash(password);
}

const profileOf = (args: CommandArguments): Partial<AccountChange> => {
  const [fullName, email] = [textFlag(args, 'full-name'), textFlag(args, 'email')];
  return { ...(fullName === undefined ? {} : { fullName }), ...(email === undefined ? {} : { email }) };
};

const PROFILE = { 'full-name': 'TEXT', email: 'ADDRESS' } as const;

const add: CoreCommand = {
  name: 'user add',
  summary: 'Make an account; the password is read from standard input, or asked for at a terminal.',
  takesDir: true,
  arguments: ['NAME'],
  options: PROFILE,
  async run(host, args) {
    const name = nameOf(args);
    const site = await host.openSite();
    const users = site.get(IUserService);
    if (await site.contexts.read(OPERATOR, (ctx) => users.find(ctx, name)))
      throw new BadRequestError(`There is an account “${name}” already. "tracts user password ${name}" sets its password.`);
    const passwordHash = await readHash(host, site, name);
    await site.contexts.write(OPERATOR, (ctx) => users.add(ctx, { name, passwordHash, ...profileOf(args) }));
    host.out(`Added ${name}.`);
  },
};

async function requireAccount(site: OpenSite, name: string): Promise<void> {
  const found = await site.contexts.read(OPERATOR, (ctx) => site.get(IUserService).find(ctx, name));
  if (!found) throw new NotFoundError(`There is no account “${name}”. "tracts user list" shows them.`);
}

const password: CoreCommand = {
  name: 'user password',
  summary: 'Set the password of an account and end its sessions.',
  takesDir: true,
  arguments: ['NAME'],
  async run(host, args) {
    const name = nameOf(args);
    const site = await host.openSite();
    await requireAccount(site, name);
    const passwordHash = await readHash(host, site, name);
    await site.contexts.write(OPERATOR, (ctx) => site.get(IUserService).update(ctx, name, { passwordHash }));
    host.out(`${name} has a new password.`);
  },
};

const list: CoreCommand = {
  name: 'user list',
  summary: 'List the accounts.',
  takesDir: true,
  switches: ['json'],
  async run(host, args) {
    const site = await host.openSite();
    const accounts = await site.contexts.read(OPERATOR, (ctx) => site.get(IUserService).list(ctx));
    const shown = accounts.map(({ name, fullName, email, disabled, hasPassword, created }) => ({
      name,
      fullName,
      email,
      disabled,
      hasPassword,
      created,
    }));
    if (args.flags['json']) {
      printJson(host, shown);
      return;
    }
    const stateOf = ({ disabled, hasPassword }: (typeof shown)[number]): string =>
      disabled ? 'disabled' : hasPassword ? 'active' : 'invited';
    const rows = shown.map((one) => [one.name, stateOf(one), one.fullName, one.email]);
    printTable(host, ['NAME', 'STATE', 'FULL NAME', 'E-MAIL'], rows, 'Nobody has an account.');
  },
};

const remove: CoreCommand = {
  name: 'user remove',
  summary: 'Remove an account and what it was granted; tickets keep the name.',
  takesDir: true,
  arguments: ['NAME'],
  async run(host, args) {
    const name = nameOf(args);
    const site = await host.openSite();
    await site.contexts.write(OPERATOR, (ctx) => site.get(IUserService).remove(ctx, name));
    host.out(`Removed ${name}.`);
  },
};

const invite: CoreCommand = {
  name: 'user invite',
  summary: 'Print a link that works once: for a new account, or with NAME to set that account a password.',
  takesDir: true,
  arguments: ['[NAME]'],
  options: { ...PROFILE, grant: 'PERMISSION,...' },
  async run(host, args) {
    const [account = ''] = args.positional;
    const grants = splitList(textFlag(args, 'grant') ?? '');
    const site = await host.openSite();
    const users = site.get(IUserService);
    const token = await site.get(IContexts).write(OPERATOR, async (ctx) => {
      const known = account === '' ? undefined : await users.find(ctx, account);
      if (account !== '' && !known) await users.add(ctx, { name: account, ...profileOf(args) });
      const purpose = known?.hasPassword ? 'reset' : 'invite';
      return site.get(IOneTimeLinks).issue(ctx, { purpose, account, grants });
    });
    const base = (site.settings.get('trac', 'base_url') ?? '').replace(/\/$/, '');
    host.out(`${base}/invite/${token}`);
    if (base === '') host.err('Put the address of the site before it; set [trac] base_url to have it printed.');
  },
};

/** Commands about accounts. */
export const USER_COMMANDS: readonly CoreCommand[] = [add, password, list, remove, invite];
