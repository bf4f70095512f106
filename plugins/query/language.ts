import type { WebRequest } from 'tracts';

/** Columns that a list can be narrowed by. */
const FILTERS = [
  'status',
  'type',
  'priority',
  'severity',
  'component',
  'milestone',
  'version',
  'owner',
  'reporter',
  'resolution',
] as const;
type FilterColumn = (typeof FILTERS)[number];

/** Columns that a list can be sorted by; each has its index behind the status (migrations/core/0001_schema.ts). */
export const ORDERS = ['id', 'status', 'type', 'priority', 'component', 'milestone', 'owner', 'time', 'changetime'] as const;
export type OrderColumn = (typeof ORDERS)[number];

/** One condition: the column is one of the values, or, negated, none of them. */
export interface Filter {
  readonly column: FilterColumn;
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** What is listed, in which order, from where. */
export interface TicketQuery {
  readonly filters: readonly Filter[];
  readonly order: OrderColumn;
  readonly desc: boolean;
  /** From 1. */
  readonly page: number;
  /** Rows on a page. */
  readonly max: number;
}

type Parameters = WebRequest['query'];

const MOST_ROWS = 1000;
const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** Values separated by `|` or given by repeating the parameter; a leading `!` negates. Nothing typed is no condition. */
function parseFilter(column: FilterColumn, raw: readonly string[], user: string): Filter | undefined {
  const texts = raw.flatMap((one) => one.split('|')).filter((one) => one !== '');
  const negated = texts[0]?.startsWith('!') ?? false;
  const values = texts.map((one) => (negated ? one.replace(/^!/, '') : one)).map((one) => (one === '$USER' ? user : one));
  return values.length > 0 ? { column, values: [...new Set(values)], negated } : undefined;
}

const wholeNumber = (text: string | undefined, fallback: number, greatest: number): number =>
  text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Math.min(Number(text), greatest) : fallback;

/** Asked for nothing, a list shows what is not closed. */
const OPEN: Filter = { column: 'status', values: ['closed'], negated: true };

/**
 * Reads `/query?status=new|assigned&owner=$USER&order=priority&desc=1&page=2`. What it does not know it passes over, and
 * so what the person must not see: who could filter or sort by a field would learn what it holds.
 */
export function parseQuery(
  parameters: Parameters,
  user: string,
  itemsPerPage: number,
  isSeen: (column: string) => boolean = () => true,
): TicketQuery {
  const asked = FILTERS.filter((column) => Object.hasOwn(parameters, column));
  const wanted = asked.flatMap((column) => parseFilter(column, listOf(parameters[column]), user) ?? []);
  const filters = (asked.length === 0 ? [OPEN] : wanted).filter(({ column }) => isSeen(column));
  const order = ORDERS.find((column) => column === listOf(parameters['order'])[0]) ?? 'priority';
  return {
    filters,
    order: isSeen(order) ? order : 'id',
    desc: /^(1|true|yes|on)$/i.test(listOf(parameters['desc'])[0] ?? ''),
    page: wholeNumber(listOf(parameters['page'])[0], 1, 1_000_000),
    max: wholeNumber(listOf(parameters['max'])[0], itemsPerPage, MOST_ROWS),
  };
}

const written = ({ values, negated }: Filter): string => values.map((value) => (negated ? `!${value}` : value)).join('|');

/** The address of a list. What is as usual is left out; no condition at all is said as `status=`. */
export function addressOf(query: TicketQuery, itemsPerPage: number): string {
  const parameters = new URLSearchParams();
  for (const filter of query.filters) parameters.set(filter.column, written(filter));
  if (query.filters.length === 0) parameters.set('status', '');
  if (query.order !== 'priority') parameters.set('order', query.order);
  if (query.desc) parameters.set('desc', '1');
  if (query.max !== itemsPerPage) parameters.set('max', String(query.max));
  if (query.page !== 1) parameters.set('page', String(query.page));
  return `/query?${parameters.toString()}`;
}
