import { TracError } from '../../kernel/errors.ts';
import type { OperationContext } from '../../security/context.ts';
import { ITicketFields, ITicketService } from '../../ticket/extension-points.ts';
import { plainForm } from '../../ticket/plain-form.ts';
import type { Applied, HistoryEntry, Problem, Submission } from '../../ticket/types.ts';
import { readTicketNumber, textFlag, UsageError, usageOf } from '../arguments.ts';
import type { CoreCommand } from '../host.ts';
import { askerNamed, OPERATOR, seeingAll } from '../operator.ts';
import { printable, printJson } from '../output.ts';
import { readSubmission } from '../submission.ts';
import { describeTicket } from '../ticket-text.ts';

const changeAsJson = (entry: HistoryEntry) => ({
  number: entry.number,
  replyTo: entry.replyTo,
  author: entry.author,
  time: entry.time,
  via: entry.via,
  action: entry.action,
  comment: entry.comment,
  format: entry.format,
  internal: entry.internal,
  edited: entry.edited ?? null,
  deleted: entry.deleted ?? null,
  fields: entry.fields.map(({ field, old, new: value }) => ({ field, old, new: value })),
});

const show: CoreCommand = {
  name: 'ticket show',
  summary: 'Print a ticket with its history; with --user, as far as that person may view it.',
  takesDir: true,
  arguments: ['N'],
  options: { user: 'NAME' },
  switches: ['json'],
  async run(host, args) {
    const id = readTicketNumber(args.positional[0] ?? '');
    const user = textFlag(args, 'user');
    const site = await host.openSite();
    const [tickets, fields] = [site.get(ITicketService), site.get(ITicketFields)];
    const asker = user === undefined ? OPERATOR : await askerNamed(user, site, host);
    await site.contexts.read(asker, async (plain) => {
      const ctx = await tickets.open(user === undefined ? seeingAll(plain) : plain, id);
      const changes = await tickets.history(ctx);
      const { ticket } = ctx;
      const shown = user === undefined ? await fields.all(ctx) : await fields.visible(ctx, ticket);
      const seen = () => Object.fromEntries(shown.map(({ name }) => [name, ticket.values[name] ?? '']));
      const values = user === undefined ? ticket.values : seen();
      const { version } = ticket;
      if (args.flags['json']) printJson(host, { id, values, version, changes: changes.map(changeAsJson) });
      else for (const line of describeTicket({ ...ticket, values }, shown, fields.type, changes)) host.out(printable(line));
    });
  },
};

const form: CoreCommand = {
  name: 'ticket form',
  summary: 'Print, as JSON, what USER may see and do on ticket N, or on a new one: fields, actions and their inputs.',
  takesDir: true,
  arguments: ['[N]'],
  options: { user: 'USER' },
  async run(host, args) {
    const user = textFlag(args, 'user');
    if (!user) throw new UsageError('--user USER is missing: whose form is it?', usageOf(form));
    const [number] = args.positional;
    const site = await host.openSite();
    const [tickets, fields] = [site.get(ITicketService), site.get(ITicketFields)];
    await site.contexts.read(await askerNamed(user, site, host), async (ctx) => {
      const ticket = number === undefined ? await tickets.draft(ctx) : await tickets.open(ctx, readTicketNumber(number));
      printJson(host, plainForm(ticket, await tickets.form(ticket), fields.type));
    });
  },
};

interface Answer {
  readonly ok: boolean;
  readonly id: number | null;
  readonly problems: readonly Problem[];
  /** What is worth saying and refuses nothing. */
  readonly warnings: readonly Problem[];
}

/** A question to confirm is asked of a program that cannot see the button. */
const withRemedy = (problem: Problem): Problem =>
  problem.field === 'confirmed' ? { ...problem, message: `${problem.message} To confirm it, send "confirmed": true.` } : problem;

/** What a program reads from standard output, whatever happened; anything unexpected is thrown on. */
async function answer(id: number | undefined, apply: () => Promise<Applied>): Promise<Answer> {
  try {
    const applied = await apply();
    const { ok, problems, warnings } = applied;
    return { ok, id: applied.id ?? null, problems: problems.map(withRemedy), warnings };
  } catch (error) {
    if (!(error instanceof TracError) || !error.expose) throw error;
    return { ok: false, id: id ?? null, problems: [{ message: error.message }], warnings: [] };
  }
}

const apply: CoreCommand = {
  name: 'ticket apply',
  summary: 'File a ticket, or change ticket N, as USER would in the form: a submission is read as JSON from standard input.',
  takesDir: true,
  arguments: ['[N]'],
  options: { user: 'USER' },
  switches: ['json'],
  async run(host, args) {
    const user = textFlag(args, 'user');
    if (!user) throw new UsageError('--user USER is missing: who files or changes the ticket?', usageOf(apply));
    const [number] = args.positional;
    const id = number === undefined ? undefined : readTicketNumber(number);
    const site = await host.openSite();
    const asker = await askerNamed(user, site, host);
    const result = await answer(id, async () => {
      // Unlike a person at a form, a script has not been asked: what is to be confirmed takes a word of its own.
      const submission: Submission = { confirmed: false, ...readSubmission(await host.readInput()) };
      const work = (ctx: OperationContext): Promise<Applied> => site.get(ITicketService).apply(ctx, id, submission);
      return site.contexts.write(asker, work);
    });
    printJson(host, result);
    return result.ok ? 0 : 1;
  },
};

/** Commands about tickets. */
export const TICKET_COMMANDS: readonly CoreCommand[] = [show, form, apply];
