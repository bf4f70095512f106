import {
  type AdjunctType,
  component,
  IAdjunctService,
  INavigationContributor,
  IPages,
  IPermissionService,
  IRouteProvider,
  ITicketService,
  mayViewField,
  type OperationContext,
  type Outcome,
  option,
  statusesInUse,
  type Ticket,
  type WebRequest,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { ITicketQueries } from './api.ts';
import { type OrderColumn, parseQuery, type TicketQuery } from './language.ts';
import {
  COUNTED_AT_MOST,
  countTickets,
  findPage,
  loadRows,
  NOTHING_SEEN,
  type Row,
  type Sorting,
  sortingOf,
  wantedStatuses,
} from './store.ts';
import { describeFilter, viewList } from './view.ts';

const VOCABULARIES: Readonly<Partial<Record<OrderColumn, AdjunctType>>> = {
  type: 'ticket_type',
  priority: 'priority',
  component: 'component',
  milestone: 'milestone',
};

interface Needs {
  readonly adjuncts: IAdjunctService;
  readonly permissions: IPermissionService;
  readonly tickets: ITicketService;
  readonly privacy: IAddressPrivacy;
  readonly options: { readonly itemsPerPage: number };
}

const namesOf = async (needs: Needs, ctx: OperationContext, type: AdjunctType): Promise<readonly string[]> =>
  (await needs.adjuncts.list(ctx, type)).map(({ name }) => name);

/** Was the list narrowed only by what the person may see of this ticket? */
const isFairlyFound = (ctx: OperationContext, { filters }: TicketQuery, ticket: Ticket): boolean =>
  filters.every(({ column }) => mayViewField(ctx, column, ticket));

/** The row without what a policy hides of this ticket. */
function withoutHidden(ctx: OperationContext, row: Row, ticket: Ticket | undefined): Row {
  if (!ticket) return { ...NOTHING_SEEN, id: row.id };
  const seen = Object.entries(row).filter(([column]) => column === 'id' || mayViewField(ctx, column, ticket));
  return { ...NOTHING_SEEN, ...Object.fromEntries(seen), id: row.id };
}

async function choicesOf(
  needs: Needs,
  ctx: OperationContext,
  statuses: readonly string[],
  isSeen: (column: string) => boolean,
): Promise<Map<string, readonly string[]>> {
  const choices = new Map<string, readonly string[]>();
  if (isSeen('status')) choices.set('status', statuses);
  for (const [column, type] of Object.entries(VOCABULARIES))
    if (isSeen(column)) choices.set(column, await namesOf(needs, ctx, type));
  return choices;
}

interface Found {
  readonly rows: readonly Row[];
  /** One more than `COUNTED_AT_MOST` stands for “more”. */
  readonly total: number;
  /** False for a page after the last. */
  readonly isThere: boolean;
}

const isPage = ({ page, max }: TicketQuery, total: number): boolean =>
  (page - 1) * max < Math.max(1, Math.min(total, COUNTED_AT_MOST));

async function findTickets(
  { db }: OperationContext,
  query: TicketQuery,
  statuses: readonly string[],
  sorting: Sorting,
): Promise<Found> {
  const total = await countTickets(db, query, statuses);
  const isThere = isPage(query, total);
  return { rows: isThere ? await loadRows(db, await findPage(db, query, statuses, sorting)) : [], total, isThere };
}

const ASKED_AT_ONCE = 500;

/** The numbers of all tickets that the person may find, in order; those whose place would give away what they hide come last. */
async function findEachVisible(
  needs: Needs,
  ctx: OperationContext,
  query: TicketQuery,
  ids: readonly number[],
): Promise<readonly number[]> {
  const judges = needs.permissions.judgesFields();
  const [placed, unplaced]: [number[], number[]] = [[], []];
  for (let start = 0; start < ids.length; start += ASKED_AT_ONCE) {
    // Whole tickets: a policy may go by any field of theirs.
    for (const { ticket } of await needs.tickets.openAll(ctx, ids.slice(start, start + ASKED_AT_ONCE))) {
      if (ticket.id === undefined || (judges && !isFairlyFound(ctx, query, ticket))) continue;
      const isPlaced = !judges || query.order === 'id' || mayViewField(ctx, query.order, ticket);
      (isPlaced ? placed : unplaced).push(ticket.id);
    }
  }
  return [...placed, ...unplaced];
}

/** Where a policy decides ticket by ticket: what the asker may not see is not counted either. */
async function findVisibleTickets(
  needs: Needs,
  ctx: OperationContext,
  query: TicketQuery,
  statuses: readonly string[],
  sorting: Sorting,
): Promise<Found> {
  const all = await findPage(ctx.db, { ...query, page: 1, max: COUNTED_AT_MOST + 1 }, statuses, sorting);
  const ids = await findEachVisible(needs, ctx, query, all);
  const shown = ids.slice((query.page - 1) * query.max, query.page * query.max);
  const rows = await loadRows(ctx.db, shown);
  const found = { total: ids.length, isThere: isPage(query, ids.length) };
  if (!needs.permissions.judgesFields()) return { ...found, rows };
  const tickets = new Map((await needs.tickets.openAll(ctx, shown)).map(({ ticket }) => [ticket.id, ticket]));
  return { ...found, rows: rows.map((row) => withoutHidden(ctx, row, tickets.get(row.id))) };
}

interface Answer extends Found {
  readonly query: TicketQuery;
  /** Every status that a ticket has. */
  readonly used: readonly string[];
  readonly itemsPerPage: number;
  isSeen(column: string): boolean;
}

async function ask(needs: Needs, ctx: OperationContext, parameters: WebRequest['query']): Promise<Answer> {
  const itemsPerPage = Math.min(Math.max(needs.options.itemsPerPage, 1), 1000);
  const hides = needs.permissions.judgesFields();
  const isSeen = (column: string): boolean => !hides || column === 'id' || mayViewField(ctx, column);
  const query = parseQuery(parameters, ctx.user.name, itemsPerPage, isSeen);
  const used = await statusesInUse(ctx.db);
  const statuses = wantedStatuses(query, used);
  const type = VOCABULARIES[query.order];
  const ranks = query.order === 'status' ? used : type && (await namesOf(needs, ctx, type));
  const counts = !hides && needs.permissions.isUniform('TICKET_VIEW');
  const sorting = sortingOf(query, ranks);
  const found = counts
    ? await findTickets(ctx, query, statuses, sorting)
    : await findVisibleTickets(needs, ctx, query, statuses, sorting);
  return { ...found, query, used, itemsPerPage, isSeen };
}

async function showList(needs: Needs & { readonly pages: IPages }, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { rows, total, isThere, query, used, itemsPerPage, isSeen } = await ask(needs, ctx, request.query);
  const data = viewList(ctx, request, {
    query,
    rows,
    total,
    itemsPerPage,
    isSeen,
    mayReadAddresses: needs.privacy.mayRead(ctx),
    pages: needs.pages,
    choices: await choicesOf(needs, ctx, used, isSeen),
  });
  return { template: 'query/list.njk', data, status: isThere ? 200 : 404 };
}

const USES = { adjuncts: IAdjunctService, permissions: IPermissionService, tickets: ITicketService, privacy: IAddressPrivacy };
const OPTIONS = { itemsPerPage: option.int('query', 'items_per_page', 100, 'Tickets on one page of a list, 1 to 1000.') };

/** Finds tickets for others than the page of lists. */
export const TicketQueries = component({
  doc: 'Finds tickets for others than the page of lists.',
  implements: [ITicketQueries],
  uses: USES,
  options: OPTIONS,
  create: (needs) => ({
    async find(ctx, parameters) {
      const { rows, query } = await ask(needs, ctx, parameters);
      return { ids: rows.map(({ id }) => id), description: query.filters.map(describeFilter).join(', ') };
    },
  }),
});

/** Lists tickets, open ones first of all. */
export const QueryPage = component({
  doc: 'Serves /query: lists of tickets.',
  implements: [IRouteProvider, INavigationContributor],
  uses: { ...USES, pages: IPages },
  options: OPTIONS,
  create: (needs) => ({
    getRoutes: () => [
      { method: 'GET', path: '/query', requires: 'TICKET_VIEW', handle: (ctx, request) => showList(needs, ctx, request) },
      { method: 'GET', path: '/', requires: 'TICKET_VIEW', handle: (ctx, request) => showList(needs, ctx, request) },
    ],
    getNavigationItems: (ctx) =>
      ctx.can('TICKET_VIEW') ? [{ menu: 'main', name: 'tickets', label: 'View Tickets', href: '/query', order: 5 }] : [],
  }),
});

/** The number in `12`, `#12`, `ticket:12`; undefined when there is none. */
const ticketNumber = (text: string): string | undefined => /^\s*(?:#|ticket:)?\s*([1-9]\d{0,9})\s*$/i.exec(text)?.[1];

function jump(request: WebRequest, pages: IPages): Outcome {
  const typed = request.query['q'];
  const text = (typeof typed === 'string' ? typed : (typed?.[0] ?? '')).slice(0, 100);
  const id = ticketNumber(text);
  if (id !== undefined) return { redirect: `/ticket/${id}` };
  const message = text.trim() === '' ? 'Type a ticket number.' : `“${text}” is no ticket number. Type one such as 12 or #12.`;
  return { redirect: pages.has('/query') ? '/query' : '/', notice: { kind: 'warning', text: message } };
}

/** The box in the header that leads to a ticket by its number. */
export const QuickJump = component({
  doc: 'Serves /search: the box in the header that leads to a ticket by its number.',
  implements: [IRouteProvider, INavigationContributor],
  uses: { pages: IPages },
  create: ({ pages }) => ({
    getRoutes: () => [
      { method: 'GET', path: '/search', requires: 'TICKET_VIEW', handle: (_ctx, request) => jump(request, pages) },
    ],
    getNavigationItems: (ctx) =>
      ctx.can('TICKET_VIEW') && pages.has('/ticket/:id')
        ? [{ menu: 'meta', name: 'search', label: 'Go to ticket #', href: '/search', order: -10 }]
        : [],
  }),
});
