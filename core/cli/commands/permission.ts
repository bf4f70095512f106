import { BadRequestError } from '../../kernel/errors.ts';
import type { OperationContext, Resource } from '../../security/context.ts';
import { IGrants, IPermissionService } from '../../security/extension-points.ts';
import { ITicketService } from '../../ticket/extension-points.ts';
import { readTicketNumber, textFlag } from '../arguments.ts';
import type { OpenSite } from '../extension-points.ts';
import type { CoreCommand } from '../host.ts';
import { OPERATOR, seeingAll, userNamed } from '../operator.ts';
import { printJson, printTable } from '../output.ts';

const list: CoreCommand = {
  name: 'permission list',
  summary: 'List what users and groups were granted: permissions, and groups they belong to.',
  takesDir: true,
  arguments: ['[SUBJECT]'],
  switches: ['json'],
  async run(host, args) {
    const site = await host.openSite();
    const [wanted] = args.positional;
    const all = await site.contexts.read(OPERATOR, (ctx) => site.get(IGrants).list(ctx));
    const grants = all.filter(({ subject }) => wanted === undefined || subject === wanted);
    if (args.flags['json'])
      printJson(
        host,
        grants.map(({ subject, action }) => ({ subject, action })),
      );
    else
      printTable(
        host,
        ['SUBJECT', 'ACTION'],
        grants.map(({ subject, action }) => [subject, action]),
        'Nothing is granted.',
      );
  },
};

const heldBy = async (site: OpenSite, ctx: OperationContext, subject: string): Promise<readonly string[]> =>
  (await site.get(IGrants).list(ctx)).filter((grant) => grant.subject === subject).map(({ action }) => action);

const add: CoreCommand = {
  name: 'permission add',
  summary: 'Grant permissions, or membership of groups, to a user or group.',
  takesDir: true,
  arguments: ['SUBJECT', 'ACTION...'],
  async run(host, args) {
    const [subject = '', ...actions] = args.positional;
    const site = await host.openSite();
    await site.contexts.write(OPERATOR, async (ctx) => {
      const held = await heldBy(site, ctx, subject);
      const again = actions.filter((action, index) => held.includes(action) || actions.indexOf(action) < index);
      if (again.length > 0)
        throw new BadRequestError(`${subject} has ${[...new Set(again)].join(', ')} already. Nothing is changed.`);
      for (const action of actions) await site.get(IGrants).grant(ctx, subject, action);
    });
    host.out(`Granted to ${subject}: ${actions.join(', ')}.`);
  },
};

const remove: CoreCommand = {
  name: 'permission remove',
  summary: 'Take permissions, or membership of groups, from a user or group.',
  takesDir: true,
  arguments: ['SUBJECT', 'ACTION...'],
  async run(host, args) {
    const [subject = '', ...actions] = args.positional;
    const site = await host.openSite();
    await site.contexts.write(OPERATOR, async (ctx) => {
      const held = await heldBy(site, ctx, subject);
      const missing = actions.filter((action) => !held.includes(action));
      if (missing.length > 0)
        throw new BadRequestError(
          `${subject} was not granted ${missing.join(', ')}${held.length > 0 ? `, only ${held.join(', ')}` : ''}. Nothing is changed.`,
        );
      for (const action of actions) await site.get(IGrants).revoke(ctx, subject, action);
    });
    host.out(`Taken from ${subject}: ${actions.join(', ')}.`);
  },
};

async function findTicket(site: OpenSite, ctx: OperationContext, number: string): Promise<Resource> {
  const id = readTicketNumber(number);
  const { ticket } = await site.get(ITicketService).open(seeingAll(ctx), id);
  return { realm: 'ticket', id, object: ticket };
}

const check: CoreCommand = {
  name: 'permission check',
  summary: 'Say whether a user may do something, in general or on one ticket, and why.',
  takesDir: true,
  arguments: ['USER', 'ACTION'],
  options: { ticket: 'N' },
  switches: ['json'],
  async run(host, args) {
    const [user = '', action = ''] = args.positional;
    const number = textFlag(args, 'ticket');
    const site = await host.openSite();
    const { allowed, why } = await site.contexts.read(OPERATOR, async (ctx) => {
      const resource = number === undefined ? undefined : await findTicket(site, ctx, number);
      return site.get(IPermissionService).explain(ctx, userNamed(user), action, resource);
    });
    if (args.flags['json']) printJson(host, { allowed, why });
    else host.out(`${allowed ? 'yes' : 'no'}: ${why}`);
  },
};

/** Commands about permissions. */
export const PERMISSION_COMMANDS: readonly CoreCommand[] = [list, add, remove, check];
