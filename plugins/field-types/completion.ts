import {
  component,
  firstValue,
  IAdjunctService,
  IPermissionService,
  IRouteProvider,
  ITicketFields,
  ITicketService,
  mayViewField,
  type OperationContext,
  type Outcome,
  PermissionError,
  type WebRequest,
} from 'tracts';
import { hideAddresses, IAddressPrivacy } from 'tracts/addresses';
import { mayCompletePeople, peopleFrom } from './people-index.ts';
import { WordsInUse, wordsFrom } from './words.ts';

const MOST = 10;
const LONGEST_QUESTION = 100;
/** Texts are looked for among the tickets that changed last: an index gives them, whatever their number. */
const RECENT = 1000;
const LONGEST_LABEL = 120;
const GREATEST_ID = 2 ** 31 - 1;
/** Tickets that are looked at, of which some may be hidden. */
const MOST_JUDGED = 40;

/** One proposal: what goes into the control, and what tells the person which one it is. */
interface Proposal {
  readonly value: string;
  readonly label: string;
}

interface Needs {
  readonly tickets: ITicketService;
  readonly privacy: IAddressPrivacy;
  readonly fields: ITicketFields;
  readonly adjuncts: IAdjunctService;
  readonly permissions: IPermissionService;
}

interface Row {
  readonly id: number;
  readonly summary?: string | null;
}

const questionOf = (request: WebRequest): string => firstValue(request.query['q']).slice(0, LONGEST_QUESTION).trim();
const answer = (proposals: readonly Proposal[]): Outcome => ({
  json: proposals,
  headers: { 'cache-control': 'private, no-store' },
});

const hiderOf = (privacy: IAddressPrivacy, ctx: OperationContext): ((text: string) => string) =>
  privacy.mayRead(ctx) ? (text) => text : hideAddresses;

function completeUser({ privacy }: Needs, ctx: OperationContext, request: WebRequest): Outcome {
  if (!mayCompletePeople(ctx)) throw new PermissionError('TICKET_MODIFY', 'look up people');
  const hide = hiderOf(privacy, ctx);
  const found = peopleFrom(ctx.directory, questionOf(request), MOST);
  return answer(found.map(({ name, fullName }) => ({ value: name, label: hide(fullName) })));
}

/** Tickets whose number is, or begins with, the digits: a few short ranges of the primary key. */
async function byNumber({ db }: OperationContext, digits: string): Promise<number[]> {
  const ids: number[] = [];
  let [from, to] = [Number(digits), Number(digits)];
  while (from <= GREATEST_ID && ids.length < MOST_JUDGED) {
    const rows = (await db('ticket')
      .whereBetween('id', [from, Math.min(to, GREATEST_ID)])
      .orderBy('id')
      .limit(MOST)
      .select('id')) as Row[];
    ids.push(...rows.map(({ id }) => id));
    [from, to] = [from * 10, to * 10 + 9];
  }
  return ids;
}

/** Recently changed tickets whose summary holds every word. */
async function byText({ db }: OperationContext, text: string): Promise<number[]> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = (await db('ticket').orderBy('changetime', 'desc').limit(RECENT).select('id', 'summary')) as Row[];
  const matches = ({ summary }: Row): boolean => words.every((word) => (summary ?? '').toLowerCase().includes(word));
  return rows
    .filter(matches)
    .slice(0, MOST_JUDGED)
    .map(({ id }) => id);
}

/** What may not be seen is not proposed, nor found by its summary. */
async function completeTicket({ tickets, privacy }: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const question = questionOf(request).replace(/^#/, '');
  const isNumber = /^[1-9]\d{0,9}$/.test(question);
  const ids = isNumber ? await byNumber(ctx, question) : await byText(ctx, question);
  const hide = hiderOf(privacy, ctx);
  const proposals: Proposal[] = [];
  for (const { ticket } of await tickets.openAll(ctx, ids)) {
    const isNamed = mayViewField(ctx, 'summary', ticket);
    if (!isNamed && !isNumber) continue;
    const summary = isNamed ? String(ticket.values['summary'] ?? '') : '';
    proposals.push({ value: `#${ticket.id}`, label: hide(summary).slice(0, LONGEST_LABEL) });
  }
  return answer(proposals.slice(0, MOST));
}

/** For whoever reads or files tickets, and so sees the field or what it offers. */
async function completeWord(needs: Needs, inUse: WordsInUse, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  if (!ctx.can('TICKET_VIEW', { realm: 'ticket' }) && !ctx.can('TICKET_CREATE', { realm: 'ticket' })) return answer([]);
  const field = (await needs.fields.visible(ctx)).find(({ name }) => name === request.params['field']);
  if (field?.type !== 'text' || field.format !== 'list') return answer([]);
  const words = { ...needs, hide: hiderOf(needs.privacy, ctx) };
  const found = await wordsFrom(words, inUse, ctx, field, { text: questionOf(request), most: MOST });
  return answer(found.map((value) => ({ value, label: '' })));
}

/** What fields for people, tickets and words propose while one types: `?q=` to ten of `{ value, label }`. */
export const Completion = component({
  doc: 'Serves /complete/user, /complete/ticket and /complete/word/FIELD: what fields propose while one types.',
  implements: [IRouteProvider],
  uses: {
    tickets: ITicketService,
    privacy: IAddressPrivacy,
    fields: ITicketFields,
    adjuncts: IAdjunctService,
    permissions: IPermissionService,
  },
  create: (needs: Needs) => {
    const inUse = new WordsInUse();
    return {
      getRoutes: () => [
        { method: 'GET', path: '/complete/word/:field', handle: (ctx, request) => completeWord(needs, inUse, ctx, request) },
        { method: 'GET', path: '/complete/user', handle: (ctx, request) => completeUser(needs, ctx, request) },
        {
          method: 'GET',
          path: '/complete/ticket',
          requires: 'TICKET_VIEW',
          handle: (ctx, request) => completeTicket(needs, ctx, request),
        },
      ],
    };
  },
});
