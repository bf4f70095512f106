import {
  binaryColumn,
  equalsCondition,
  type Field,
  type FieldType,
  InvalidValueError,
  type ITicketService,
  listChange,
  mayViewField,
  memberCondition,
  type OperationContext,
  rangeCondition,
  splitRange,
} from 'tracts';
import { lineOf } from './attributes.ts';

const GREATEST = 2 ** 31 - 1;
const MOST_SHOWN = 20;
const MOST_LISTED = 200;

function readId(typed: string, { label }: Pick<Field, 'label'>): number {
  const digits = typed.trim().replace(/^(#|ticket:)/i, '');
  const id = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : 0;
  if (id < 1 || id > GREATEST)
    throw new InvalidValueError(`“${typed.slice(0, 100)}” is not a ticket number, which ${label} needs. Example: #12`);
  return id;
}

/** The number of a ticket that the person may view. What is stored stays valid: the ticket may be gone, or hidden by now. */
async function checkedId(
  tickets: ITicketService,
  id: number,
  { label }: Field,
  stored: readonly unknown[],
  ctx: OperationContext,
): Promise<number> {
  // One sentence for both: what may not be seen must not be told apart from what is not there.
  if (!stored.includes(id) && (await tickets.openAll(ctx, [id])).length === 0)
    throw new InvalidValueError(`There is no ticket #${id} that you may view; ${label} needs one.`);
  return id;
}

const mayLook = (ctx: OperationContext): boolean => ctx.can('TICKET_VIEW', { realm: 'ticket' });

/** A linked ticket as templates get it. */
interface Link {
  readonly id: number;
  /** Both `''` where the person may not view it. */
  readonly status: string;
  readonly summary: string;
}

async function linksOf(tickets: ITicketService, ctx: OperationContext, values: readonly unknown[]): Promise<readonly Link[]> {
  const ids = values.filter((one) => typeof one === 'number').slice(0, MOST_SHOWN);
  if (ids.length === 0) return [];
  const open = new Map((await tickets.openAll(ctx, ids)).map(({ ticket }) => [ticket.id, ticket]));
  return ids.map((id) => {
    const ticket = open.get(id);
    const text = (name: string): string => (ticket && mayViewField(ctx, name, ticket) ? String(ticket.values[name] ?? '') : '');
    return { id, status: text('status'), summary: text('summary') };
  });
}

/** The number of another ticket, typed `12` or `#12`; it must exist and the person must be allowed to view it. */
export const ticketType = (tickets: ITicketService): FieldType<number | ''> => ({
  name: 'ticket',
  template: 'fields/ticket.njk',
  parse(raw, field, ctx) {
    const typed = lineOf(raw);
    return typed === '' ? '' : checkedId(tickets, readId(typed, field), field, [field.value], ctx);
  },
  serialise: String,
  deserialise: (stored) => (/^[1-9]\d{0,9}$/.test(stored) ? Number(stored) : ''),
  initial: (raw) => (/^#?[1-9]\d{0,9}$/.test(lineOf(raw)) ? Number(lineOf(raw).replace('#', '')) : ''),
  typed: (value) => `#${value}`,
  display: (value) => `#${value}`,
  present: async (value, _field, ctx) => ({
    completes: mayLook(ctx),
    linked: await linksOf(tickets, ctx, [value]),
  }),
  operators: ['is', 'between'],
  toSql(typed, { operator, column, field }) {
    const range = operator === 'between' ? splitRange(typed) : undefined;
    if (!range) return equalsCondition(column, String(readId(typed, field)));
    const [from, to] = range.map((one) => (one === '' ? undefined : readId(one, field)));
    const isNumber = column.dialect === 'postgres' ? `${column.sql} ~ '^[0-9]{1,10}$'` : `${column.sql} <> ''`;
    const sql = `case when ${isNumber} then cast(${column.sql} as bigint) end`;
    const number = { ...column, numeric: true, sql, bindings: [...column.bindings, ...column.bindings] };
    return rangeCondition(number, { from, to });
  },
  compare: (a, b) => Number(a) - Number(b),
  // Numbers without padding: the longer text is the greater number.
  sortSql: (column) => [{ sql: `length(${column.sql})`, bindings: column.bindings }, binaryColumn(column)],
  jsonSchema: () => ({ type: 'integer', minimum: 1, maximum: GREATEST }),
  toJson: (value) => value,
  fromJson(json, { label }) {
    if (typeof json !== 'number' || !Number.isInteger(json))
      throw new InvalidValueError(`${label} takes the number of a ticket.`);
    return json;
  },
});

const idsIn = (stored: string): readonly number[] =>
  stored.split(/[,;\s]+/).flatMap((one) => (/^#?[1-9]\d{0,9}$/.test(one) ? [Number(one.replace('#', ''))] : []));

const splitIds = (typed: string, field: Field): readonly number[] => [
  ...new Set(
    typed
      .split(/[,;\s]+/)
      .filter(Boolean)
      .map((one) => readId(one, field)),
  ),
];

/** References to other tickets: kept as `3, 12`. */
export const ticketListType = (tickets: ITicketService): FieldType<readonly number[]> => ({
  name: 'ticket-list',
  template: 'fields/ticket-list.njk',
  several: true,
  async parse(raw, field, ctx) {
    const typed = splitIds((Array.isArray(raw) ? raw : [raw ?? '']).map(lineOf).join(','), field);
    if (typed.length > MOST_LISTED) throw new InvalidValueError(`${field.label} takes ${MOST_LISTED} tickets at most.`);
    const stored: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
    const ids: number[] = [];
    for (const id of typed) ids.push(await checkedId(tickets, id, field, stored, ctx));
    return ids;
  },
  serialise: (value) => value.join(', '),
  deserialise: idsIn,
  typed: (value) => value.map((id) => `#${id}`).join(', '),
  display: (value) => value.map((id) => `#${id}`).join(', '),
  describeChange: (before, after) =>
    listChange(
      (before || []).map((id) => `#${id}`),
      (after || []).map((id) => `#${id}`),
    ),
  present: async (value, _field, ctx) => ({
    completes: mayLook(ctx),
    linked: await linksOf(tickets, ctx, Array.isArray(value) ? value : []),
  }),
  operators: ['is', 'has'],
  toSql: (typed, { operator, column, field }) =>
    operator === 'has'
      ? memberCondition(column, String(readId(typed, field)), ', ')
      : equalsCondition(column, splitIds(typed, field).join(', ')),
  combine: (mode, before, given) => {
    const kept = (before || []).filter((one) => mode === 'add' || !given.includes(one));
    return mode === 'add' ? [...new Set([...kept, ...given])] : kept;
  },
  jsonSchema: () => ({
    type: 'array',
    items: { type: 'integer', minimum: 1, maximum: GREATEST },
    maxItems: MOST_LISTED,
    uniqueItems: true,
  }),
  toJson: (value) => value,
  fromJson(json, { label }) {
    if (!Array.isArray(json) || json.some((one) => !Number.isInteger(one)))
      throw new InvalidValueError(`${label} takes a list of ticket numbers.`);
    return json;
  },
});
