import type { HistoryEntry, Outcome, TicketContext, WebRequest } from 'tracts';
import { GREATEST_NUMBER, numberParameter } from './address.ts';
import { lastNumber } from './past.ts';
import { headingOf, hider, type Needs, personOf } from './scope.ts';

/** Lines of one page. */
const PAGE = 100;
/** Entries that scripts get at once. */
const MOST_ENTRIES = 2_000;

/** GET /ticket/N?action=history: who changed what, newest first, with the ways to each version. */
export async function showHistory(needs: Needs, ctx: TicketContext, request: WebRequest): Promise<Outcome> {
  const { id } = ctx.ticket;
  const last = await lastNumber(needs, ctx);
  const to = Math.min(numberParameter(request, 'before', GREATEST_NUMBER) - 1, last);
  const from = Math.max(1, to - PAGE + 1);
  const entries = to < 1 ? [] : await needs.tickets.history(ctx, { numbers: [from, to] });
  const labels = new Map((await needs.fields.all(ctx)).map(({ name, label, internal }) => [name, internal ? '' : label]));
  const hide = hider(ctx, needs.privacy);
  const path = request.href(`/ticket/${id}`);
  const row = (entry: HistoryEntry) => ({
    number: entry.number,
    time: entry.time,
    author: personOf(ctx, entry.author, hide),
    via: entry.via,
    action: entry.action,
    fields: entry.fields.map(({ field }) => labels.get(field) ?? field).filter((label) => label !== ''),
    comment: entry.comment !== '' || entry.deleted !== undefined ? `${path}?comment=${entry.number}#comment:${entry.number}` : '',
    version: `${path}?version=${entry.number}`,
    diff: entry.fields.some(({ note }) => !note) ? `${path}?action=diff&version=${entry.number}` : '',
  });
  const reporter = String(ctx.ticket.values['reporter'] ?? '');
  const seen = new Set((await needs.fields.visible(ctx, ctx.ticket)).map(({ name }) => name));
  return {
    template: 'ticket-history/history.njk',
    data: {
      title: `History of #${id}`,
      heading: await headingOf(needs, ctx, hide),
      id,
      ticketHref: path,
      rows: entries.map(row).reverse(),
      filed:
        from === 1
          ? {
              by: seen.has('reporter') ? personOf(ctx, reporter, hide) : null,
              time: seen.has('time') ? ctx.ticket.values['time'] : null,
              version: `${path}?version=0`,
            }
          : null,
      earlier: from > 1 ? `${path}?action=history&before=${from}` : '',
    },
  };
}

/** GET /ticket/N?action=comment-history&cnum=m: every text that a comment had. */
export async function showCommentHistory(
  needs: Needs,
  ctx: TicketContext,
  request: WebRequest,
  parameter: string,
): Promise<Outcome> {
  const { id } = ctx.ticket;
  const number = numberParameter(request, parameter);
  const revisions = await needs.tickets.commentRevisions(ctx, number);
  const hide = hider(ctx, needs.privacy);
  const path = request.href(`/ticket/${id}`);
  return {
    template: 'ticket-history/comment.njk',
    data: {
      title: `History of comment ${number} of #${id}`,
      heading: await headingOf(needs, ctx, hide),
      id,
      number,
      ticketHref: path,
      comment: `${path}?comment=${number}#comment:${number}`,
      revisions: revisions
        .map(({ version, author, time, text }) => ({
          version,
          author: personOf(ctx, author, hide),
          time,
          text: hide(text),
          diff: version > 0 ? `${path}?action=comment-diff&cnum=${number}&version=${version}` : '',
        }))
        .reverse(),
    },
  };
}

/** GET /ticket/N/entries?from=a&to=b: a part of the history, for the script that fills it in. */
export async function showEntries(needs: Needs, ctx: TicketContext, request: WebRequest): Promise<Outcome> {
  const to = numberParameter(request, 'to');
  const from = Math.max(numberParameter(request, 'from'), to - MOST_ENTRIES + 1);
  const history = to < from ? [] : await needs.tickets.history(ctx, { numbers: [from, to] });
  return {
    template: 'ticket-history/entries.njk',
    data: { items: await needs.views.entries(ctx, request, history) },
    headers: { 'cache-control': 'private, no-cache', 'x-robots-tag': 'noindex' },
  };
}
