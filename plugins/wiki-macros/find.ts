import {
  type AdjunctType,
  allOf,
  type Constraint,
  type Field,
  type FieldOperator,
  type FieldType,
  fieldColumn,
  fieldCondition,
  fieldOrder,
  type IAdjunctService,
  InvalidValueError,
  type IPermissionService,
  type ITicketFields,
  type ITicketService,
  mayViewField,
  type OperationContext,
  operatorsOf,
  predicateFor,
  type SqlColumn,
  type SqlFragment,
  type TicketContext,
  TracError,
} from 'tracts';
import { ticketRanges } from 'tracts/wiki-links';
import type { QueryCall } from './query-call.ts';

export interface FindNeeds {
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly permissions: IPermissionService;
  readonly adjuncts: IAdjunctService;
}

/** Shown at most, and read at most in place of what the person may not view. */
export const MOST_SHOWN = 500;
const MOST_READ = 1000;
const AT_ONCE = 100;
/** Counted at most. */
export const MOST_COUNTED = 10_000;

/** A query against the database, with the fields that it may ask about. */
interface Search {
  readonly ctx: OperationContext;
  readonly dialect: SqlColumn['dialect'];
  readonly fields: ReadonlyMap<string, Field>;
  readonly typeOf: (name: string) => FieldType;
  /** Aliases of ticket_custom, by field. */
  readonly joins: Map<string, string>;
  /** Fields that decide what is found. */
  readonly asked: Set<string>;
}

const NUMBER = 'id';

function columnOf(search: Search, field: Field): SqlColumn {
  if (!field.custom) return fieldColumn(field, 'ticket', search.dialect);
  const alias = search.joins.get(field.name) ?? `custom_${search.joins.size}`;
  search.joins.set(field.name, alias);
  return fieldColumn(field, alias, search.dialect);
}

function numbersCondition({ values, not }: Constraint): SqlFragment {
  const pairs = values.flatMap((value) => ticketRanges(value) ?? []).slice(0, 200);
  const bindings = pairs.flatMap(([low, high]) => ['ticket.id', low, high]);
  const any = pairs.map(() => '?? between ? and ?').join(' or ') || '1 = 0';
  return { sql: `${not ? 'not ' : ''}(${any})`, bindings };
}

const isList = (field: Field): boolean => field.format === 'list' || field.name === 'cc' || field.name === 'keywords';

function operatorFor({ test, values }: Constraint, known: readonly FieldOperator[]): FieldOperator {
  const pick = (...wanted: readonly FieldOperator[]): FieldOperator => wanted.find((one) => known.includes(one)) ?? 'is';
  if (test === '^') return pick('begins');
  if (test === '$') return pick('ends');
  if (test === '~') return pick('contains', 'has');
  return values.some((value) => value.includes('..')) ? pick('between', 'is') : pick('is', 'has');
}

/** “Contains” of a field that holds words: all of them, and none of those behind a minus sign. */
function wordsCondition(search: Search, field: Field, one: Constraint, value: string): SqlFragment {
  const words = (value.match(/-?"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')).slice(0, 20);
  const column = columnOf(search, field);
  const type = search.typeOf(field.type);
  const each = words.map((word) => {
    const negated = word.startsWith('-') && word.length > 1;
    const values = [negated ? word.slice(1) : word];
    return fieldCondition(type, {
      field,
      column,
      operator: operatorFor(one, operatorsOf(type)),
      negated,
      values,
      ctx: search.ctx,
    });
  });
  return each.length === 0 ? { sql: '1 = 0', bindings: [] } : allOf(each);
}

function fieldConstraint(search: Search, field: Field, one: Constraint): SqlFragment {
  const type = search.typeOf(field.type);
  if (one.test === '~' && isList(field)) {
    const each = one.values.map((value) => wordsCondition(search, field, one, value));
    const sql = each.map((fragment) => `(${fragment.sql})`).join(' or ') || '1 = 0';
    return { sql: `${one.not ? 'not ' : ''}(${sql})`, bindings: each.flatMap(({ bindings }) => bindings) };
  }
  const operator = operatorFor(one, operatorsOf(type));
  return fieldCondition(type, {
    field,
    column: columnOf(search, field),
    operator,
    negated: one.not,
    values: one.values,
    ctx: search.ctx,
  });
}

/** undefined: nobody knows the field, or the person must not, and then it is passed over. */
function constraintSql(search: Search, one: Constraint): SqlFragment | undefined {
  if (one.field === NUMBER) return numbersCondition(one);
  const field = search.fields.get(one.field);
  if (field === undefined) return undefined;
  search.asked.add(field.name);
  return fieldConstraint(search, field, one);
}

function whereSql(search: Search, { predicate }: QueryCall): SqlFragment | undefined {
  if (predicate === undefined) return undefined;
  const clauses = predicateFor(predicate, search.ctx.user)
    .any.map((clause) => clause.flatMap((one) => constraintSql(search, one) ?? []))
    .filter((clause) => clause.length > 0)
    .map(allOf);
  if (clauses.length === 0) return undefined;
  return { sql: clauses.map(({ sql }) => `(${sql})`).join(' or '), bindings: clauses.flatMap(({ bindings }) => bindings) };
}

const VOCABULARIES: Readonly<Record<string, AdjunctType>> = {
  type: 'ticket_type',
  priority: 'priority',
  severity: 'severity',
  milestone: 'milestone',
  version: 'version',
  resolution: 'resolution',
};

/** What to sort by; values of a vocabulary in its own order. */
async function orderSql({ adjuncts }: FindNeeds, search: Search, name: string): Promise<readonly SqlFragment[]> {
  const field = search.fields.get(name);
  if (field === undefined) return [];
  search.asked.add(name);
  const column = columnOf(search, field);
  const type = VOCABULARIES[name];
  if (type === undefined) return fieldOrder(search.typeOf(field.type), column);
  const names = (await adjuncts.list(search.ctx, type)).map((one) => one.name).slice(0, 500);
  if (names.length === 0) return fieldOrder(search.typeOf(field.type), column);
  const ranks = names.map((_, index) => `when ? then ${index}`).join(' ');
  return [{ sql: `case ${column.sql} ${ranks} else ${names.length} end`, bindings: [...column.bindings, ...names] }];
}

async function startSearch({ fields }: FindNeeds, ctx: OperationContext): Promise<Search> {
  const visible = await fields.visible(ctx);
  return {
    ctx,
    dialect: ctx.db.client.dialect === 'postgresql' ? 'postgres' : 'sqlite',
    fields: new Map(visible.map((field) => [field.name, field])),
    typeOf: fields.type,
    joins: new Map(),
    asked: new Set(),
  };
}

type Query = ReturnType<OperationContext['db']>;

/** The tickets that a query names, before anybody is asked whether they may be seen. */
function matching({ ctx, joins }: Search, where: SqlFragment | undefined): Query {
  const query = ctx.db('ticket');
  for (const [name, alias] of joins)
    query.leftJoin({ [alias]: 'ticket_custom' }, (join) => {
      join.on(`${alias}.ticket`, 'ticket.id').andOnVal(`${alias}.name`, name);
    });
  if (where !== undefined) query.whereRaw(`(${where.sql})`, [...where.bindings]);
  return query;
}

/** What people typed and no field can read becomes a sentence for them. */
async function readably<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidValueError) throw new TracError('QUERY', error.message, 400);
    throw error;
  }
}

export interface Found {
  readonly tickets: readonly TicketContext[];
  readonly fields: ReadonlyMap<string, Field>;
  /** There are more than were read. */
  readonly more: boolean;
}

/** The tickets of a query that the person may view, found by nothing that he may not see of them, in order. */
export const findTickets = (needs: FindNeeds, ctx: OperationContext, call: QueryCall): Promise<Found> =>
  readably(async () => {
    const search = await startSearch(needs, ctx);
    const where = whereSql(search, call);
    const orders = [
      ...(await orderSql(needs, search, call.group)).map((order) => ({ ...order, desc: call.groupDesc })),
      ...(await orderSql(needs, search, call.order)).map((order) => ({ ...order, desc: call.desc })),
    ];
    const query = matching(search, where).limit(MOST_READ + 1);
    for (const { sql, bindings, desc } of orders) query.orderByRaw(`${sql}${desc ? ' desc' : ''}`, [...bindings]);
    query.orderBy('ticket.id', call.order === NUMBER && call.desc ? 'desc' : 'asc');
    const ids = ((await query.select('ticket.id')) as { id: number }[]).map(({ id }) => id);
    const wanted = call.max === 0 ? MOST_SHOWN : Math.min(call.max, MOST_SHOWN);
    const tickets = await openSome(needs, search, ids.slice(0, MOST_READ), wanted);
    return { tickets, fields: search.fields, more: ids.length > tickets.length && tickets.length === MOST_SHOWN };
  });

async function openSome(
  { tickets }: FindNeeds,
  { ctx, asked }: Search,
  ids: readonly number[],
  wanted: number,
): Promise<readonly TicketContext[]> {
  const found: TicketContext[] = [];
  for (let start = 0; start < ids.length && found.length < wanted; start += AT_ONCE)
    for (const open of await tickets.openAll(ctx, ids.slice(start, start + AT_ONCE)))
      if ([...asked].every((name) => mayViewField(open, name, open.ticket))) found.push(open);
  return found.slice(0, wanted);
}

type Counts = ReadonlyMap<string, number>;

/** One ticket after the other, as far as tickets are read at all. */
async function countOpened(needs: FindNeeds, ctx: OperationContext, call: QueryCall): Promise<Counts> {
  const { tickets } = await findTickets(needs, ctx, { ...call, max: 0 });
  const counts = new Map<string, number>();
  for (const open of tickets) {
    const status = mayViewField(open, 'status', open.ticket) ? String(open.ticket.values['status'] ?? '') : '';
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

async function countStored(needs: FindNeeds, ctx: OperationContext, call: QueryCall): Promise<Counts> {
  const search = await startSearch(needs, ctx);
  const some = matching(search, whereSql(search, call)).select('ticket.status').limit(MOST_COUNTED).as('some');
  const rows = (await ctx.db.from(some).groupBy('status').select('status').count({ tickets: '*' })) as {
    status: string | null;
    tickets: number;
  }[];
  return new Map(rows.map(({ status, tickets }) => [status ?? '', Number(tickets)]));
}

/** How many tickets of each status a query finds, up to `MOST_COUNTED`; where policies look at single tickets, up to `MOST_SHOWN`. */
export const countByStatus = (needs: FindNeeds, ctx: OperationContext, call: QueryCall): Promise<Counts> =>
  readably(async () => {
    const { permissions } = needs;
    if (!permissions.isUniform('TICKET_VIEW') || permissions.judgesFields()) return countOpened(needs, ctx, call);
    return ctx.can('TICKET_VIEW') ? countStored(needs, ctx, call) : new Map();
  });
