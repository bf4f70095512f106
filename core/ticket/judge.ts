import { changedFields, mergeChanges } from './changes.ts';
import { mayViewInternal } from './comment-rights.ts';
import { settleEdits, suspendConditions } from './conditions.ts';
import type { ITicketManipulator } from './extension-points.ts';
import type { FormDraft } from './form.ts';
import { findReplied } from './history.ts';
import { noteProblems } from './notes.ts';
import { nameFault } from './rights.ts';
import { parseSubmission, type TypeOf, textFault } from './submission.ts';
import type { Field, Offer, Problem, Submission, TicketChange, TicketContext, Values } from './types.ts';
import { isEmpty } from './values.ts';

/** A submission, judged: what it would change and everything that speaks against it. */
export interface Judgement {
  readonly offer: Offer | undefined;
  readonly change: TicketChange;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly collision: boolean;
}

/** What judging needs beside the submission. */
export interface Judge {
  readonly manipulators: Iterable<ITicketManipulator>;
  readonly typeOf: TypeOf;
  /** Called when a manipulator fails; throws. */
  readonly refuse: (ctx: TicketContext, manipulator: ITicketManipulator, error: unknown) => never;
  /** Characters a comment may have; 0: any number. */
  readonly maxComment: number;
  /** What texts are written in. */
  readonly format: string;
}

const isBlank = (text: string): boolean => text.trim() === '';

/** Steps 4 of “One POST, in order”: reads, asks the action, collects every problem. Stores nothing. */
export async function judge(
  ctx: TicketContext,
  form: FormDraft,
  submission: Submission,
  { manipulators, refuse, typeOf, maxComment, format }: Judge,
): Promise<Judgement> {
  const before = ctx.ticket.values;
  const actionName = submission.action ?? (ctx.ticket.exists ? '' : ([...form.actions.keys()][0] ?? ''));
  const offer = form.actions.get(actionName);
  suspendConditions(form.fields.values());
  const defaults = defaultsOf(ctx, form);
  const parsed = await parseSubmission(ctx, form, offer, withoutBlankReporter(ctx, submission), typeOf);
  const filed: Values = { ...before, ...defaults, ...reporterOf(ctx, submission) };
  const edits = settleEdits(form.fields, parsed, {
    definitions: form.definitions,
    valueIn: (name) => filed[name],
    action: actionName,
    typeOf,
  });
  const problems = [...actionProblems(ctx, form, actionName), ...edits.problems];
  const edited: Values = { ...filed, ...edits.fields };
  const merged =
    offer && problems.length === 0 ? mergeChanges(form, offer, parsed.inputs, edits.fields, edited, typeOf) : undefined;
  problems.push(...(merged?.problems ?? []));
  const after: Values = { ...edited, ...merged?.values };
  const comment = [submission.comment ?? '', merged?.comment ?? ''].filter((text) => !isBlank(text)).join('\n\n');
  const changed = changedFields(form.definitions, before, after, typeOf);
  const { replyTo } = submission;
  const replied = await findAnswered(ctx, replyTo);
  const change: TicketChange = {
    notes: form.notes,
    before,
    after,
    changed,
    comment,
    replyTo: replyTo || undefined,
    internal: comment !== '' && isInternal(submission, replied),
    format,
    action: actionName,
    number: undefined,
    author: authorOf(ctx, submission),
    via: ctx.via,
    causes: ctx.causes.slice(0, -1),
  };
  problems.push(...noteProblems(form), ...fileProblems(form, submission));
  problems.push(...commentProblems(ctx, form, submission, replied, maxComment), ...requiredProblems(ctx, form, change, problems));
  const collision = isStale(ctx, submission, change, offer);
  if (collision)
    problems.push({
      message:
        'Somebody changed this ticket while you were writing. Nothing of yours is lost: look at what changed, then submit again.',
    });
  problems.push(...(await manipulatorProblems(ctx, manipulators, change, refuse)));
  const warnings = [parsed, merged].flatMap((part) => part?.warnings ?? []);
  return { offer, change, problems, warnings: [...warnings, ...authorWarnings(ctx, submission)], collision };
}

/** Without whom it cannot be judged is for administrators to know, who see it on every page. */
export const BLOCKED_FORM: Problem = {
  message:
    'A part of this site that may have a say in this failed, so nothing is stored. An administrator sees on the About page what is wrong.',
};

/** Whoever takes files notes each. */
const fileProblems = ({ notes }: FormDraft, { attachments = [] }: Submission): readonly Problem[] =>
  attachments.length === 0 || notes.length > 0 ? [] : [NO_FILES];

const NO_FILES: Problem = {
  field: 'attachment',
  message: 'Nothing on this site takes files that come with a ticket, so nothing is stored. Send it again without them.',
};

function actionProblems(ctx: TicketContext, form: FormDraft, name: string): Problem[] {
  if (form.blockedBy(name) !== undefined) return [BLOCKED_FORM];
  if (form.actions.has(name)) return [];
  if (form.actions.size === 0 && !ctx.ticket.exists)
    return [
      {
        field: 'action',
        message: 'No workflow action lets you file a ticket. An administrator must offer one from <none> in [ticket-workflow].',
      },
    ];
  return [{ field: 'action', message: name ? `The action “${name}” is not available.` : 'Choose an action.' }];
}

/** Who the history names: the account, or what a person without one gave. */
const authorOf = (ctx: TicketContext, { author }: Submission): string =>
  ctx.user.authenticated ? ctx.user.name : author?.trim() || ctx.user.name;

const authorWarnings = ({ user }: TicketContext, { author = '' }: Submission): Problem[] =>
  user.authenticated && author !== '' && author !== user.name
    ? [{ field: 'author', message: `The author “${author}” is ignored: this is done as ${user.name}.` }]
    : [];

/** What a new ticket's form shows is what is filed, whoever put it there: a manipulator's default counts like any other. */
function defaultsOf(ctx: TicketContext, form: FormDraft): Values {
  const defaults: Record<string, unknown> = {};
  if (ctx.ticket.exists) return defaults;
  for (const { name, value } of form.fields.values()) defaults[name] = value;
  return defaults;
}

/** A new ticket's reporter is the one who files it, unless the form let him name another. */
const reporterOf = (ctx: TicketContext, submission: Submission): Values =>
  ctx.ticket.exists ? {} : { reporter: authorOf(ctx, submission) };

/** Nobody files as nobody: a reporter left empty is the one who files, as in Trac. */
function withoutBlankReporter({ ticket }: TicketContext, submission: Submission): Submission {
  const isBlankReporter = ([name, value]: readonly [string, unknown]): boolean =>
    (name === 'reporter' || name === 'field_reporter') && typeof value === 'string' && isBlank(value);
  const fields = Object.entries(submission.fields ?? {});
  if (ticket.exists || !fields.some(isBlankReporter)) return submission;
  return { ...submission, fields: Object.fromEntries(fields.filter((entry) => !isBlankReporter(entry))) };
}

const noCommentHere = ({ ticket }: TicketContext): string =>
  ticket.exists ? 'You may not comment on this ticket.' : 'A new ticket takes no comment; write it into the description.';

/** What a reply answers. */
interface Answered {
  readonly internal: boolean;
}

function commentProblems(
  ctx: TicketContext,
  form: FormDraft,
  submission: Submission,
  replied: Answered | undefined,
  limit: number,
): Problem[] {
  const { comment = '', replyTo, author } = submission;
  const problems: Problem[] = [];
  const fault = textFault(comment, limit);
  if (fault) problems.push({ field: 'comment', message: fault });
  if (!isBlank(comment) && !form.mayComment) problems.push({ field: 'comment', message: noCommentHere(ctx) });
  if (submission.internal && !form.mayCommentInternally)
    problems.push({ field: 'internal', message: 'You may not write internal comments here.' });
  if (replyTo && !replied) problems.push({ field: 'replyto', message: `There is no comment “${replyTo}” to reply to.` });
  const nameProblem = author && !ctx.user.authenticated ? (textFault(author, 200) ?? nameFault(ctx, author)) : undefined;
  if (nameProblem) problems.push({ field: 'author', message: nameProblem });
  return problems;
}

/** Whatever was chosen: an answer, with its quote, gives away what it answers. */
const isInternal = ({ internal }: Submission, replied: Answered | undefined): boolean =>
  internal === true || replied?.internal === true;

/** A comment that the person may not read is not there. */
async function findAnswered(ctx: TicketContext, replyTo: string | undefined): Promise<Answered | undefined> {
  if (ctx.ticket.id === undefined || !replyTo) return undefined;
  if (replyTo === 'description') return { internal: false };
  const found = /^[1-9]\d{0,8}$/.test(replyTo) ? await findReplied(ctx.db, ctx.ticket.id, Number(replyTo)) : undefined;
  return found?.internal && !mayViewInternal(ctx) ? undefined : found;
}

/** A required field must be filled in by whoever can; an old ticket without it stays workable for those who cannot. */
function requiredProblems(
  ctx: TicketContext,
  form: FormDraft,
  { after, changed }: TicketChange,
  known: readonly Problem[],
): Problem[] {
  const told = new Set(known.map(({ field }) => field));
  const isDue = ({ name, editable, disabled }: Field): boolean =>
    changed.has(name) || (editable && !disabled && (!ctx.ticket.exists || changed.size > 0));
  return [...form.fields.values()]
    .filter((field) => field.required && field.applies && isEmpty(after[field.name]) && !told.has(field.control) && isDue(field))
    .map(({ control, label }) => ({ field: control, message: `${label} is needed.` }));
}

/** Asked only when something would be stored, or the action is gone (TF-06). */
function isStale(
  ctx: TicketContext,
  { basedOn }: Submission,
  { changed, comment, notes }: TicketChange,
  offer: Offer | undefined,
): boolean {
  if (basedOn === undefined || !ctx.ticket.exists || basedOn === ctx.ticket.version) return false;
  return changed.size > 0 || comment !== '' || notes.length > 0 || offer === undefined;
}

async function manipulatorProblems(
  ctx: TicketContext,
  manipulators: Iterable<ITicketManipulator>,
  change: TicketChange,
  refuse: Judge['refuse'],
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const manipulator of manipulators)
    try {
      if (change.comment !== '')
        for await (const problem of manipulator.validateComment?.(ctx, change.comment) ?? []) problems.push(problem);
      for await (const problem of manipulator.validateTicket?.(ctx, change) ?? []) problems.push(problem);
    } catch (error) {
      refuse(ctx, manipulator, error);
    }
  return problems;
}
