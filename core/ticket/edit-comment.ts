import { PermissionError, TracError } from '../kernel/errors.ts';
import { causedBy, heardBy } from './causes.ts';
import type { ITicketChangeListener, ITicketManipulator } from './extension-points.ts';
import { loadHistory, replaceComment } from './history.ts';
import { textFault } from './submission.ts';
import type { Problem, TicketContext } from './types.ts';

/** What editing a comment needs beside it. */
export interface CommentEditing {
  readonly manipulators: Iterable<ITicketManipulator>;
  readonly listeners: Iterable<ITicketChangeListener>;
  readonly idOf: (listener: object) => string;
  /** Characters at most; 0: any number. */
  readonly maxComment: number;
}

/** One's own comment as long as one may comment; others' with TICKET_EDIT_COMMENT. */
function requireEditor(ctx: TicketContext, number: number, author: string): void {
  const own = ctx.user.authenticated && author === ctx.user.name && ctx.can('TICKET_APPEND');
  const parent = { realm: 'ticket', id: ctx.ticket.id, object: ctx.ticket };
  if (!own && !ctx.can('TICKET_EDIT_COMMENT', { realm: 'comment', id: number, parent }))
    throw new PermissionError('TICKET_EDIT_COMMENT', 'edit this comment');
}

async function commentFaults(ctx: TicketContext, text: string, { manipulators, maxComment }: CommentEditing): Promise<Problem[]> {
  const fault = textFault(text, maxComment);
  const problems: Problem[] = fault ? [{ field: 'comment', message: fault }] : [];
  if (text.trim() === '') return problems;
  for (const manipulator of manipulators)
    for await (const problem of manipulator.validateComment?.(ctx, text) ?? []) problems.push(problem);
  return problems;
}

/** Replaces the text of a comment, keeps the former one, and tells the listeners; problems refuse it. */
export async function editComment(
  outer: TicketContext,
  number: number,
  text: string,
  site: CommentEditing,
): Promise<readonly Problem[]> {
  const { id } = outer.ticket;
  if (!outer.writable)
    throw new TracError('TICKETS', 'ITicketService.editComment needs a writing transaction: use IContexts.write.');
  if (id === undefined) throw new TracError('TICKETS', 'A ticket that was never stored has no comments.');
  const entry = (await loadHistory(outer.db, id)).find((one) => one.number === number);
  if (!entry) throw new TracError('NOT_FOUND', `Ticket #${id} has no comment ${number}.`, 404);
  requireEditor(outer, number, entry.author);
  if (text === entry.comment) return [];
  const ctx = causedBy(outer, `#${id} comment ${number} edited`);
  const problems = await commentFaults(ctx, text, site);
  if (problems.length > 0) return problems;
  const before = await replaceComment(ctx.db, id, number, text, ctx.user.name, ctx.now);
  for (const listener of site.listeners) await listener.commentEdited?.(heardBy(ctx, site.idOf(listener)), number, before, text);
  ctx.log.info('comment edited', { id, number, via: ctx.via, user: ctx.user.name });
  return [];
}
