import {
  BadRequestError,
  formText,
  type ITexts,
  type ITicketService,
  NotFoundError,
  type OperationContext,
  type Outcome,
  TracError,
  type WebRequest,
} from 'tracts';
import { hideAddresses, type IAddressPrivacy } from 'tracts/addresses';
import type { Pace } from './pace.ts';

/** What drawing a text takes. */
export interface RenderNeeds {
  readonly texts: ITexts;
  readonly tickets: ITicketService;
  readonly privacy: IAddressPrivacy;
}

/** Characters; longer texts are not formatted anywhere. */
const LARGEST = 262_144;
/** Characters that count as one more request. */
const CHARACTERS_PER_REQUEST = 8192;

/** The ticket that the text is written for, or a new one; throws for whom that is not there. */
function openTicket({ tickets }: RenderNeeds, ctx: OperationContext, request: WebRequest): Promise<OperationContext> {
  const realm = formText(request, 'realm') || 'ticket';
  if (realm !== 'ticket') throw new BadRequestError('Texts are drawn as of a ticket: send realm=ticket, and its number as id.');
  const id = formText(request, 'id');
  if (id === '') return tickets.draft(ctx);
  if (!/^[1-9]\d{0,9}$/.test(id)) throw new NotFoundError(`There is no ticket “${id.slice(0, 40)}”.`);
  return tickets.open(ctx, Number(id));
}

function requirePace(pace: Pace, request: WebRequest, length: number): void {
  const asker = request.sessionId === undefined ? `address ${request.ip}` : `session ${request.sessionId}`;
  const wait = pace.take(asker, 1 + length / CHARACTERS_PER_REQUEST, Date.now());
  if (wait > 0) throw new TracError('PACE', `Too many previews at once. Try again in ${wait} s.`, 429);
}

/**
 * POST /wiki_render: a text as it would look in a ticket, for whoever may view that ticket; without `id`, in a new one, for
 * whoever may file. Stores nothing.
 */
export async function renderText(needs: RenderNeeds, pace: Pace, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { texts, privacy } = needs;
  const source = formText(request, 'text').replace(/\r\n?/g, '\n');
  if (source.length > LARGEST)
    throw new TracError('TEXT_LENGTH', `A text has at most ${LARGEST} characters; this one has ${source.length}.`, 413);
  const open = await openTicket(needs, ctx, request);
  requirePace(pace, request, source.length);
  const wanted = formText(request, 'format');
  const format = texts.formats.some(({ name }) => name === wanted) ? wanted : texts.current;
  const id = formText(request, 'id');
  const scope = {
    resource: id === '' ? undefined : { realm: 'ticket', id },
    href: (path: string) => request.href(path),
    hide: privacy.mayRead(open) ? (text: string) => text : hideAddresses,
  };
  const inline = formText(request, 'inline') === '1';
  const [text = ''] = await texts.render(open, [{ source, format, inline, passing: true }], scope);
  return { text, type: 'text/html; charset=utf-8', headers: { 'cache-control': 'private, no-store' } };
}
