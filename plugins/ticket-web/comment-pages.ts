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

interface Needs {
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

async function findComment({ tickets }: Needs, plain: OperationContext, { params }: WebRequest): Promise<Found> {
  const ctx = await tickets.open(plain, ticketIdOf(params['id']));
  const number = /^[1-9]\d{0,8}$/.test(params['number'] ?? '') ? Number(params['number']) : 0;
  const missing = `Ticket #${ctx.ticket.id} has no comment “${(params['number'] ?? '').slice(0, 20)}”.`;
  if (number === 0) throw new NotFoundError(missing);
  const latest = (await tickets.commentRevisions(ctx, number)).at(-1);
  const [entry] = await tickets.history(ctx, { numbers: [number, number] });
  if (!entry || !latest) throw new NotFoundError(missing);
  return { ctx, entry, latest };
}

async function findEditable(needs: Needs, plain: OperationContext, request: WebRequest): Promise<Found> {
  const found = await findComment(needs, plain, request);
  if (!mayEditComment(found.ctx, found.entry)) throw new PermissionError('TICKET_EDIT_COMMENT', 'edit this comment');
  return found;
}

/** What the form of a comment was sent with. */
interface Sent {
  readonly text: string;
  readonly isPreview: boolean;
  readonly problems: readonly Problem[];
}

async function showEdit(needs: Needs, { ctx, entry, latest }: Found, request: WebRequest, sent?: Sent): Promise<Outcome> {
  const viewer = viewerOf(ctx, request, needs);
  const batch = textBatch(needs.texts, ctx, viewer);
  const preview = batch.add(sent?.isPreview ? sent.text : '', entry.format);
  const others = batch.add(latest.text, entry.format);
  await batch.draw();
  const isBehind = sent !== undefined && versionOf(formText(request, 'version')) !== latest.version;
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
      action: request.href(request.path),
      back: request.href(`/ticket/${ctx.ticket.id}?comment=${entry.number}#comment:${entry.number}`),
    },
  };
}

const backTo = ({ ctx, entry }: Found, text: string): Outcome => ({
  redirect: `/ticket/${ctx.ticket.id}?comment=${entry.number}#comment:${entry.number}`,
  notice: { kind: 'notice', text },
});

async function postEdit(needs: Needs, plain: OperationContext, request: WebRequest): Promise<Outcome> {
  const found = await findEditable(needs, plain, request);
  const { ctx, entry, latest } = found;
  const typed = formText(request, 'comment').replace(/\r\n?/g, '\n');
  const text = needs.privacy.mayRead(ctx) ? typed : restoreAddresses(typed, latest.text);
  if (!isSubmit(request)) return showEdit(needs, found, request, { text, isPreview: true, problems: [] });
  const basedOn = versionOf(formText(request, 'version'));
  const problems = await needs.tickets.editComment(ctx, entry.number, text, basedOn);
  if (problems.length > 0) return showEdit(needs, found, request, { text, isPreview: false, problems });
  return backTo(found, `Comment ${entry.number} is saved.`);
}

async function findDeletable(needs: Needs, plain: OperationContext, request: WebRequest): Promise<Found> {
  const found = await findComment(needs, plain, request);
  if (!found.ctx.can('TICKET_ADMIN')) throw new PermissionError('TICKET_ADMIN', 'delete comments');
  return found;
}

async function showDelete(needs: Needs, plain: OperationContext, request: WebRequest): Promise<Outcome> {
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

async function postDelete(needs: Needs, plain: OperationContext, request: WebRequest): Promise<Outcome> {
  const found = await findDeletable(needs, plain, request);
  await needs.tickets.deleteComment(found.ctx, found.entry.number);
  return backTo(found, `Comment ${found.entry.number} is deleted.`);
}

/** The pages on which a comment is edited and deleted. */
export const CommentPages = component({
  doc: 'Serves /ticket/N/comment/M/edit and /delete.',
  implements: [IRouteProvider],
  uses: { tickets: ITicketService, fields: ITicketFields, privacy: IAddressPrivacy, texts: ITexts, pages: IPages },
  create: (needs: Needs) => ({
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
