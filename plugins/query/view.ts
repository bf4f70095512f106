import { type IPages, isClosedStatus, type OperationContext, type WebRequest } from 'tracts';
import { hideAddresses } from 'tracts/addresses';
import { addressOf, type Filter, ORDERS, type OrderColumn, type TicketQuery } from './language.ts';
import { COUNTED_AT_MOST, type Row } from './store.ts';

const COLUMNS = [
  ['id', 'Ticket'],
  ['summary', 'Summary'],
  ['status', 'Status'],
  ['type', 'Type'],
  ['priority', 'Priority'],
  ['component', 'Component'],
  ['milestone', 'Milestone'],
  ['owner', 'Owner'],
  ['changetime', 'Changed'],
] as const;

/** A list that many people ask for, as a link above the table. */
interface NamedList {
  readonly label: string;
  readonly filters: readonly Filter[];
}

const open: Filter = { column: 'status', values: ['closed'], negated: true };
const personal = (column: 'owner' | 'reporter', user: string): Filter => ({ column, values: [user], negated: false });

function namedLists(ctx: OperationContext): readonly NamedList[] {
  const { name, authenticated } = ctx.user;
  const own = [
    { label: 'My tickets', filters: [open, personal('owner', name)] },
    { label: 'Reported by me', filters: [open, personal('reporter', name)] },
  ];
  return [
    { label: 'Open', filters: [open] },
    ...(authenticated ? own : []),
    { label: 'Closed', filters: [{ ...open, negated: false }] },
    { label: 'All', filters: [] },
  ];
}

interface ListInput {
  readonly query: TicketQuery;
  readonly rows: readonly Row[];
  readonly total: number;
  readonly itemsPerPage: number;
  readonly mayReadAddresses: boolean;
  /** False for columns that a policy hides from this person. */
  readonly isSeen: (column: string) => boolean;
  /** Choices of the filter form, by column. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
  readonly pages: IPages;
}

const fromMicros = (micros: number): Date => new Date(Number(micros) / 1000);

function viewRow(row: Row, href: string, hide: (text: string) => string) {
  return {
    id: row.id,
    href,
    summary: hide(row.summary ?? '') || '(no summary)',
    status: row.status ?? '',
    closed: isClosedStatus(row.status ?? ''),
    type: row.type ?? '',
    priority: row.priority ?? '',
    component: row.component ?? '',
    milestone: row.milestone ?? '',
    owner: hide(row.owner ?? ''),
    changed: row.changetime === null ? null : fromMicros(row.changetime),
  };
}

function viewColumns({ query, itemsPerPage, isSeen }: ListInput, href: (path: string) => string) {
  // The summary is the link to the ticket; without it the cell says so.
  return COLUMNS.filter(([name]) => name === 'summary' || isSeen(name)).map(([name, label]) => {
    const order = ORDERS.find((one) => one === name) as OrderColumn | undefined;
    const current = query.order === order;
    const next = order && { ...query, order, desc: current ? !query.desc : order === 'changetime', page: 1 };
    return {
      name,
      label,
      sort: current ? (query.desc ? 'descending' : 'ascending') : '',
      href: next ? href(addressOf(next, itemsPerPage)) : '',
    };
  });
}

/** A condition as the address has it; `''` when there is none on the column. */
function writtenOf({ filters }: TicketQuery, name: string): string {
  const filter = filters.find(({ column }) => column === name);
  return filter ? filter.values.map((value) => (filter.negated ? `!${value}` : value)).join('|') : '';
}

function viewChoices({ query, choices }: ListInput) {
  return [...choices].map(([name, values]) => {
    const written = writtenOf(query, name);
    const options = name === 'status' ? [{ value: '!closed', text: 'open' }] : [];
    const listed = [...options, ...values.map((value) => ({ value, text: value }))];
    // A condition that the drop-down cannot say stays in force when another one is changed.
    if (written !== '' && !listed.some(({ value }) => value === written)) listed.unshift({ value: written, text: written });
    return {
      name,
      label: name.charAt(0).toUpperCase() + name.slice(1),
      options: listed.map((option) => ({ ...option, selected: option.value === written })),
    };
  });
}

/** A condition in words. */
export const describeFilter = ({ column, values, negated }: Filter): string =>
  column === 'status' && negated && values.join() === 'closed'
    ? 'open'
    : `${column} ${negated ? 'is not' : 'is'} ${values.join(' or ')}`;

/** Everything the list page shows, as plain data. */
export function viewList(ctx: OperationContext, request: WebRequest, input: ListInput) {
  const { query, total, itemsPerPage, rows } = input;
  const href = (path: string): string => request.href(path);
  const hide = input.mayReadAddresses ? (text: string): string => text : hideAddresses;
  const linkTo = (change: Partial<TicketQuery>): string => href(addressOf({ ...query, page: 1, ...change }, itemsPerPage));
  const hasTickets = input.pages.has('/ticket/:id');
  const counted = Math.min(total, COUNTED_AT_MOST);
  const pages = Math.max(1, Math.ceil(counted / query.max));
  const asWritten = (filters: readonly Filter[]): string => addressOf({ ...query, page: 1, filters }, itemsPerPage);
  return {
    title: 'Tickets',
    columns: viewColumns(input, href),
    shows: Object.fromEntries(COLUMNS.map(([name]) => [name, input.isSeen(name)])),
    rows: rows.map((row) => viewRow(row, hasTickets ? href(`/ticket/${row.id}`) : '', hide)),
    count: total > COUNTED_AT_MOST ? `more than ${COUNTED_AT_MOST.toLocaleString('en')}` : total.toLocaleString('en'),
    total,
    lists: namedLists(ctx)
      .filter((list) => list.filters.every(({ column }) => input.isSeen(column)))
      .map(({ label, filters }) => ({
        label,
        href: linkTo({ filters }),
        current: asWritten(filters) === asWritten(query.filters),
      })),
    filters: query.filters.map((filter) => ({
      text: hide(describeFilter(filter)),
      remove: linkTo({ filters: query.filters.filter((one) => one !== filter) }),
    })),
    choices: viewChoices(input),
    texts: (['owner', 'reporter'] as const).filter(input.isSeen).map((name) => ({
      name,
      label: name === 'owner' ? 'Owner' : 'Reporter',
      value: writtenOf(query, name),
    })),
    kept: { order: query.order, desc: query.desc, max: query.max === itemsPerPage ? 0 : query.max },
    formHref: href('/query'),
    page: query.page,
    pages,
    previous: query.page > 1 ? linkTo({ page: Math.min(query.page - 1, pages) }) : '',
    next: query.page < pages ? linkTo({ page: query.page + 1 }) : '',
    first: linkTo({}),
    newTicket: input.pages.has('/newticket') && ctx.can('TICKET_CREATE') ? href('/newticket') : '',
  };
}
