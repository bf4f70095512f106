import type { Knex } from 'knex';
import { NotFoundError, PermissionError, TracError } from '../kernel/errors.ts';
import { causedBy, heardBy } from './causes.ts';
import { mayViewInternal } from './comment-rights.ts';
import type { ITicketChangeListener, ITicketManipulator } from './extension-points.ts';
import { loadHistory, loadRevisions, replaceComment, wipeComment } from './history.ts';
import { textFault } from './submission.ts';
import type { CommentRevision, HistoryEntry, Problem, TicketContext } from './types.ts';

/** What editing a comment needs beside it. */
export interface CommentEditing {
  readonly manipulators: Iterable<ITicketManipulator>;
  readonly listeners: Iterable<ITicketChangeListener>;
  readonly idOf: (listener: object) => string;
  /** Characters at most; 0: any number. */
  readonly maxComment: number;
  /** Says that something about the ticket changed which is no field. */
  touch(db: Knex, id: number, now: Date): Promise<void>;
}

interface Found {
  readonly id: number;
  readonly entry: HistoryEntry;
}

/** The change of that number, if the person may read its comment. What is not for him is not there. */
async function findEntry(ctx: TicketContext, number: number): Promise<Found> {
  const { id } = ctx.ticket;
  if (id === undefined) throw new TracError('TICKETS', 'A ticket that was never stored has no comments.');
  const [entry] = await loadHistory(ctx.db, id, { range: { numbers: [number, number] }, readsInternal: true });
  if (!entry || (entry.internal && !mayViewInternal(ctx))) throw new NotFoundError(`Ticket #${id} has no comment ${number}.`);
  if (entry.deleted) throw new NotFoundError(`Comment ${number} of ticket #${id} was deleted by ${entry.deleted.by}.`);
  return { id, entry };
}

/** One's own comment as long as one may comment; others' with TICKET_EDIT_COMMENT. */
export function mayEditComment(ctx: TicketContext, { number, author }: Pick<HistoryEntry, 'number' | 'author'>): boolean {
  if (ctx.user.authenticated && author === ctx.user.name && ctx.can('TICKET_APPEND')) return true;
  const parent = { realm: 'ticket', id: ctx.ticket.id, object: ctx.ticket };
  return ctx.can('TICKET_EDIT_COMMENT', { realm: 'comment', id: number, parent });
}

async function commentFaults(ctx: TicketContext, text: string, { manipulators, maxComment }: CommentEditing): Promise<Problem[]> {
  const fault = textFault(text, maxComment);
  const problems: Problem[] = fault ? [{ field: 'comment', message: fault }] : [];
  if (text.trim() === '') return problems;
  for (const manipulator of manipulators)
    for await (const problem of manipulator.validateComment?.(ctx, text) ?? []) problems.push(problem);
  return problems;
}

const requireWritable = (ctx: TicketContext, method: string): void => {
  if (!ctx.writable) throw new TracError('TICKETS', `ITicketService.${method} needs a writing transaction: use IContexts.write.`);
};

/** A new text for a comment. */
export interface CommentEdit {
  readonly number: number;
  readonly text: string;
  /** The version that was edited; absent: not checked. */
  readonly basedOn?: number | undefined;
}

/** Replaces the text of a comment, keeps the former one, and tells the listeners; problems refuse it. */
export async function editComment(
  outer: TicketContext,
  { number, text, basedOn }: CommentEdit,
  site: CommentEditing,
): Promise<readonly Problem[]> {
  requireWritable(outer, 'editComment');
  const { id, entry } = await findEntry(outer, number);
  if (!mayEditComment(outer, entry)) throw new PermissionError('TICKET_EDIT_COMMENT', 'edit this comment');
  if (basedOn !== undefined && basedOn !== (entry.edited?.revisions ?? 0))
    return [
      {
        message: `${entry.edited?.by ?? 'Somebody'} edited this comment while you were writing. Nothing of yours is lost: look at what it says now, then save again.`,
      },
    ];
  if (text === entry.comment) return [];
  const ctx = causedBy(outer, `#${id} comment ${number} edited`);
  const problems = await commentFaults(ctx, text, site);
  if (problems.length > 0) return problems;
  const before = await replaceComment(ctx.db, id, number, text, ctx.user.name, ctx.now);
  await site.touch(ctx.db, id, ctx.now);
  for (const listener of site.listeners) await listener.commentEdited?.(heardBy(ctx, site.idOf(listener)), number, before, text);
  ctx.log.info('comment edited', { id, number, via: ctx.via, user: ctx.user.name });
  return [];
}

/** Wipes a comment with its former texts, keeps who did it, and tells the listeners. */
export async function deleteComment(
  outer: TicketContext,
  number: number,
  { listeners, idOf, touch }: Pick<CommentEditing, 'listeners' | 'idOf' | 'touch'>,
): Promise<void> {
  requireWritable(outer, 'deleteComment');
  const { id, entry } = await findEntry(outer, number);
  if (!outer.can('TICKET_ADMIN')) throw new PermissionError('TICKET_ADMIN', 'delete comments');
  if (entry.comment === '' && !entry.edited) throw new NotFoundError(`Change ${number} of ticket #${id} has no comment.`);
  const ctx = causedBy(outer, `#${id} comment ${number} deleted`);
  await wipeComment(ctx.db, id, number, ctx.user.name, ctx.now);
  await touch(ctx.db, id, ctx.now);
  for (const listener of listeners) await listener.commentDeleted?.(heardBy(ctx, idOf(listener)), number);
  ctx.log.info('comment deleted', { id, number, via: ctx.via, user: ctx.user.name });
}

/** Every text that a comment had, if the person may read it. */
export async function commentRevisions(ctx: TicketContext, number: number): Promise<readonly CommentRevision[]> {
  const { id, entry } = await findEntry(ctx, number);
  return loadRevisions(ctx.db, id, entry);
}
