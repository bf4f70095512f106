import {
  component,
  firstValue,
  IPermissionService,
  IRouteProvider,
  ITicketService,
  type OperationContext,
  type Outcome,
  PermissionError,
  type WebRequest,
} from 'tracts';
import { hideAddresses, IAddressPrivacy } from 'tracts/addresses';
import { mayCompletePeople, peopleFrom } from './people-index.ts';
import { viewable } from './ticket.ts';

const MOST = 10;
const LONGEST_QUESTION = 100;
/** Texts are looked for among the tickets that changed last: an index gives them, whatever their number. */
const RECENT = 1000;
/** Tickets that are looked at one by one where a policy decides so. */
const MOST_JUDGED = 40;

/** One proposal: what goes into the control, and what tells the person which one it is. */
interface Proposal {
  readonly value: string;
  readonly label: string;
}

interface Needs {
  readonly tickets: ITicketService;
  readonly permissions: IPermissionService;
  readonly privacy: IAddressPrivacy;
}

interface Row {
  readonly id: number;
  readonly summary: string | null;
}

const questionOf = (request: WebRequest): string => firstValue(request.query['q']).slice(0, LONGEST_QUESTION).trim();
const answer = (proposals: readonly Proposal[]): Outcome => ({
  json: proposals,
  headers: { 'cache-control': 'private, no-store' },
});

function completeUser({ privacy }: Needs, ctx: OperationContext, request: WebRequest): Outcome {
  if (!mayCompletePeople(ctx)) throw new PermissionError('TICKET_MODIFY', 'look up people');
  const hide = privacy.mayRead(ctx) ? (text: string): string => text : hideAddresses;
  const found = peopleFrom(ctx.directory, questionOf(request), MOST);
  return answer(found.map(({ name, fullName }) => ({ value: name, label: hide(fullName) })));
}

/** Tickets whose number is, or begins with, the digits: a few short ranges of the primary key. */
async function byNumber({ db }: OperationContext, digits: string): Promise<Row[]> {
  const rows: Row[] = [];
  let [from, to] = [Number(digits), Number(digits)];
  while (from <= 2 ** 31 - 1 && rows.length < MOST_JUDGED) {
    rows.push(
      ...((await db('ticket').whereBetween('id', [from, to]).orderBy('id').limit(MOST).select('id', 'summary')) as Row[]),
    );
    [from, to] = [from * 10, to * 10 + 9];
  }
  return rows;
}

/** Recently changed tickets whose summary holds every word. */
async function byText({ db }: OperationContext, text: string): Promise<Row[]> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = (await db('ticket').orderBy('changetime', 'desc').limit(RECENT).select('id', 'summary')) as Row[];
  const matches = ({ summary }: Row): boolean => words.every((word) => (summary ?? '').toLowerCase().includes(word));
  return rows.filter(matches).slice(0, MOST_JUDGED);
}

async function visibleOnes(
  { tickets, permissions }: Needs,
  ctx: OperationContext,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  if (permissions.isUniform('TICKET_VIEW')) return rows.slice(0, MOST);
  const visible: Row[] = [];
  for (const row of rows) {
    if (visible.length === MOST) break;
    if (await viewable(tickets, ctx, row.id)) visible.push(row);
  }
  return visible;
}

async function completeTicket(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const question = questionOf(request).replace(/^#/, '');
  const rows = /^[1-9]\d{0,9}$/.test(question) ? await byNumber(ctx, question) : await byText(ctx, question);
  const hide = needs.privacy.mayRead(ctx) ? (text: string): string => text : hideAddresses;
  const visible = await visibleOnes(needs, ctx, rows);
  return answer(visible.map(({ id, summary }) => ({ value: `#${id}`, label: hide(summary ?? '').slice(0, 120) })));
}

/** What fields for people and tickets propose while one types: `?q=` to ten of `{ value, label }`. */
export const Completion = component({
  doc: 'Serves /complete/user and /complete/ticket: what fields propose while one types.',
  implements: [IRouteProvider],
  uses: { tickets: ITicketService, permissions: IPermissionService, privacy: IAddressPrivacy },
  create: (needs: Needs) => ({
    getRoutes: () => [
      { method: 'GET', path: '/complete/user', handle: (ctx, request) => completeUser(needs, ctx, request) },
      {
        method: 'GET',
        path: '/complete/ticket',
        requires: 'TICKET_VIEW',
        handle: (ctx, request) => completeTicket(needs, ctx, request),
      },
    ],
  }),
});
