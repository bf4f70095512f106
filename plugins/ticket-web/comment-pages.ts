import {
  type CommentRevision,
  component,
  formText,
  type HistoryEntry,
  IPages,
  IRouteProvider,
  ITexts,
  ITicketFields,
  ITicketService,
  mayEditComment,
  NotFoundError,
  type OperationContext,
  type Outcome,
  PermissionError,
  type Problem,
  type TicketContext,
  type WebRequest,
} from 'tracts';
import { IAddressPrivacy, restoreAddresses } from 'tracts/addresses';
import { viewAuthor } from './history-view.ts';
import { textBatch } from './page-texts.ts';
import { isSubmit, ticketIdOf } from './pages.ts';
import { versionOf } from './submission.ts';
import { viewerOf } from './viewer.ts';

/** What the pages of comments use. */
export interface CommentNeeds {
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly privacy: IAddressPrivacy;
  readonly texts: ITexts;
  readonly pages: IPages;
}

/** A comment that the person may read. */
interface Found {
  readonly ctx: TicketContext;
  readonly entry: HistoryEntry;
  readonly latest: CommentRevision;
}

async function findComment({ tickets }: CommentNeeds, plain: OperationContext, { params }: WebRequest): Promise<Found> {
  const ctx = await tickets.open(plain, ticketIdOf(params['id']));
  const number = /^[1-9]\d{0,8}$/.test(params['number'] ?? '') ? Number(params['number']) : 0;
  const missing = `Ticket #${ctx.ticket.id} has no comment “${(params['number'] ?? '').slice(0, 20)}”.`;
  if (number === 0) throw new NotFoundError(missing);
  const latest = (await tickets.commentRevisions(ctx, number)).at(-1);
  const [entry] = await tickets.history(ctx, { numbers: [number, number] });
  if (!entry || !latest) throw new NotFoundError(missing);
  return { ctx, entry, latest };
}

async function findEditable(needs: CommentNeeds, plain: OperationContext, request: WebRequest): Promise<Found> {
  const found = await findComment(needs, plain, request);
  if (!mayEditComment(found.ctx, found.entry)) throw new PermissionError('TICKET_EDIT_COMMENT', 'edit this comment');
  return found;
}

/** What the form of a comment was sent with. */
interface Sent {
  readonly text: string;
  readonly isPreview: boolean;
  /** Somebody else edited the comment meanwhile. */
  readonly isBehind: boolean;
  readonly problems: readonly Problem[];
}

async function showEdit(needs: CommentNeeds, { ctx, entry, latest }: Found, request: WebRequest, sent?: Sent): Promise<Outcome> {
  const viewer = viewerOf(ctx, request, needs);
  const batch = textBatch(needs.texts, ctx, viewer);
  const preview = batch.add(sent?.isPreview ? sent.text : '', entry.format);
  const others = batch.add(latest.text, entry.format);
  await batch.draw();
  const isBehind = sent?.isBehind ?? false;
  return {
    template: 'ticket/edit-comment.njk',
    status: sent && !sent.isPreview ? (isBehind ? 409 : 422) : 200,
    data: {
      title: `Edit comment ${entry.number} of #${ctx.ticket.id}`,
      edits: { ticket: ctx.ticket.id, comment: entry.number, format: entry.format },
      id: ctx.ticket.id,
      number: entry.number,
      author: viewAuthor(entry.author, ctx.directory, viewer),
      internal: entry.internal,
      version: latest.version,
      text: viewer.hide(sent?.text ?? latest.text),
      preview: sent?.isPreview ? preview() : null,
      // What somebody else made of it meanwhile.
      others: isBehind ? { html: others(), by: viewAuthor(latest.author, ctx.directory, viewer), time: latest.time } : null,
      problems: (sent?.problems ?? []).map(({ field = '', message }) => ({ field, message })),
      action: request.href(`/ticket/${ctx.ticket.id}/comment/${entry.number}/edit`),
      back: request.href(`/ticket/${ctx.ticket.id}?comment=${entry.number}#comment:${entry.number}`),
    },
  };
}

const backTo = ({ ctx, entry }: Found, text: string): Outcome => ({
  redirect: `/ticket/${ctx.ticket.id}?comment=${entry.number}#comment:${entry.number}`,
  notice: { kind: 'notice', text },
});

/** What was typed, with the addresses that the person only saw cut. */
function textOf({ privacy }: CommentNeeds, { ctx, latest }: Found, sent: string): string {
  const typed = sent.replace(/\r\n?/g, '\n');
  return privacy.mayRead(ctx) ? typed : restoreAddresses(typed, latest.text);
}

async function postEdit(needs: CommentNeeds, plain: OperationContext, request: WebRequest): Promise<Outcome> {
  const found = await findEditable(needs, plain, request);
  const { ctx, entry, latest } = found;
  const text = textOf(needs, found, formText(request, 'comment'));
  const basedOn = versionOf(formText(request, 'version'));
  const isBehind = basedOn !== latest.version;
  if (!isSubmit(request)) return showEdit(needs, found, request, { text, isPreview: true, isBehind, problems: [] });
  const problems = await needs.tickets.editComment(ctx, entry.number, text, basedOn);
  if (problems.length > 0) return showEdit(needs, found, request, { text, isPreview: false, isBehind, problems });
  return backTo(found, `Comment ${entry.number} is saved.`);
}

const isSent = ({ body }: WebRequest, button: string): boolean => Object.hasOwn(body, button);
const BUTTONS = ['cancel_comment', 'preview_comment', 'edit_comment'];

/** True for a form that edits a comment as Trac's ticket page does: the ticket's address, and buttons of its own. */
export const isCommentForm = (request: WebRequest): boolean => BUTTONS.some((button) => isSent(request, button));

/** True when such a form is to be stored. */
export const isCommentSubmit = (request: WebRequest): boolean =>
  isSent(request, 'edit_comment') && !isSent(request, 'cancel_comment') && !isSent(request, 'preview_comment');

/** POST /ticket/:id with Trac's controls: edits comment `cnum_edit`. There is nothing by which to tell that others edited it too. */
export async function postCommentForm(needs: CommentNeeds, plain: OperationContext, request: WebRequest): Promise<Outcome> {
  const id = ticketIdOf(request.params['id']);
  if (isSent(request, 'cancel_comment')) return { redirect: `/ticket/${id}` };
  const number = formText(request, 'cnum_edit');
  const found = await findEditable(needs, plain, { ...request, params: { ...request.params, number } });
  const { ctx, entry, latest } = found;
  const text = textOf(needs, found, formText(request, 'edited_comment'));
  const sent = { text, isBehind: false, problems: [] };
  if (!isCommentSubmit(request)) return showEdit(needs, found, request, { ...sent, isPreview: true });
  const problems = await needs.tickets.editComment(ctx, entry.number, text, latest.version);
  if (problems.length > 0) return showEdit(needs, found, request, { ...sent, isPreview: false, problems });
  return { redirect: `/ticket/${id}#comment:${entry.number}` };
}

async function findDeletable(needs: CommentNeeds, plain: OperationContext, request: WebRequest): Promise<Found> {
  const found = await findComment(needs, plain, request);
  if (!found.ctx.can('TICKET_ADMIN')) throw new PermissionError('TICKET_ADMIN', 'delete comments');
  return found;
}

async function showDelete(needs: CommentNeeds, plain: OperationContext, request: WebRequest): Promise<Outcome> {
  const { ctx, entry, latest } = await findDeletable(needs, plain, request);
  const viewer = viewerOf(ctx, request, needs);
  const batch = textBatch(needs.texts, ctx, viewer);
  const html = batch.add(latest.text, entry.format);
  await batch.draw();
  return {
    template: 'ticket/delete-comment.njk',
    data: {
      title: `Delete comment ${entry.number} of #${ctx.ticket.id}`,
      id: ctx.ticket.id,
      number: entry.number,
      author: viewAuthor(entry.author, ctx.directory, viewer),
      time: entry.time,
      html: html(),
      revisions: entry.edited?.revisions ?? 0,
      hasFields: entry.fields.length > 0,
      action: request.href(request.path),
      back: request.href(`/ticket/${ctx.ticket.id}?comment=${entry.number}#comment:${entry.number}`),
    },
  };
}

async function postDelete(needs: CommentNeeds, plain: OperationContext, request: WebRequest): Promise<Outcome> {
  const found = await findDeletable(needs, plain, request);
  await needs.tickets.deleteComment(found.ctx, found.entry.number);
  return backTo(found, `Comment ${found.entry.number} is deleted.`);
}

/** The pages on which a comment is edited and deleted. */
export const CommentPages = component({
  doc: 'Serves /ticket/N/comment/M/edit and /delete.',
  implements: [IRouteProvider],
  uses: { tickets: ITicketService, fields: ITicketFields, privacy: IAddressPrivacy, texts: ITexts, pages: IPages },
  create: (needs: CommentNeeds) => ({
    getRoutes: () => [
      {
        method: 'GET',
        path: '/ticket/:id/comment/:number/edit',
        handle: async (ctx, request) => showEdit(needs, await findEditable(needs, ctx, request), request),
      },
      {
        method: 'POST',
        path: '/ticket/:id/comment/:number/edit',
        mode: (request) => (isSubmit(request) ? 'write' : 'read'),
        handle: (ctx, request) => postEdit(needs, ctx, request),
      },
      {
        method: 'GET',
        path: '/ticket/:id/comment/:number/delete',
        handle: (ctx, request) => showDelete(needs, ctx, request),
      },
      {
        method: 'POST',
        path: '/ticket/:id/comment/:number/delete',
        handle: (ctx, request) => postDelete(needs, ctx, request),
      },
    ],
  }),
});
