import type { FieldCondition, FieldOperator, FieldType, SqlColumn, SqlFragment } from './field-type.ts';
import type { Field } from './types.ts';
import { InvalidValueError } from './values.ts';

const TEXT_OPERATORS: readonly FieldOperator[] = ['is', 'contains', 'begins', 'ends'];

/** What queries may ask of a field of this type. */
export const operatorsOf = (type: FieldType): readonly FieldOperator[] => type.operators ?? TEXT_OPERATORS;

const join = (fragments: readonly SqlFragment[], word: ' and ' | ' or '): SqlFragment => ({
  sql: fragments.map(({ sql }) => `(${sql})`).join(word),
  bindings: fragments.flatMap(({ bindings }) => bindings),
});

/** All of the fragments; at least one is needed. */
export const allOf = (fragments: readonly SqlFragment[]): SqlFragment => join(fragments, ' and ');

/** The column compared character by character, whatever the language of the database. */
export const binaryColumn = ({ sql, bindings, dialect, numeric }: SqlColumn): SqlFragment => {
  if (numeric) return { sql, bindings };
  return { sql: `${sql} collate ${dialect === 'postgres' ? '"C"' : 'binary'}`, bindings };
};

const NOTHING: SqlFragment = { sql: '1 = 0', bindings: [] };
const emptyCondition = ({ sql, bindings, numeric }: SqlColumn): SqlFragment =>
  numeric ? { sql: `${sql} is null`, bindings } : { sql: `${sql} is null or ${sql} = ''`, bindings: [...bindings, ...bindings] };

/** The stored text equals this one. */
export const equalsCondition = ({ sql, bindings }: SqlColumn, stored: string | number): SqlFragment => ({
  sql: `${sql} = ?`,
  bindings: [...bindings, stored],
});

/** The stored text holds this one anywhere (or begins or ends with it); case does not matter (on SQLite: in a-z). */
export function likeCondition(
  { sql, bindings, dialect }: SqlColumn,
  text: string,
  where: 'contains' | 'begins' | 'ends' = 'contains',
): SqlFragment {
  const escaped = text.replace(/[%_!]/g, '!$&');
  const pattern = `${where === 'begins' ? '' : '%'}${escaped}${where === 'ends' ? '' : '%'}`;
  return { sql: `${sql} ${dialect === 'postgres' ? 'ilike' : 'like'} ? escape '!'`, bindings: [...bindings, pattern] };
}

/** The stored text is a list, joined by the separator, and this is one of its members. */
export function memberCondition({ sql, bindings, dialect }: SqlColumn, member: string, separator: string): SqlFragment {
  const text = dialect === 'postgres' ? 'cast(? as text)' : '?';
  const find = dialect === 'postgres' ? 'strpos' : 'instr';
  return {
    sql: `${find}(${text} || ${sql} || ${text}, ${text}) > 0`,
    bindings: [separator, ...bindings, separator, `${separator}${member}${separator}`],
  };
}

/** Compares texts: what a type without `toSql` does. */
export function textCondition(typed: string, { operator, column }: FieldCondition): SqlFragment {
  if (operator === 'contains' || operator === 'begins' || operator === 'ends') return likeCondition(column, typed, operator);
  return equalsCondition(column, typed);
}

/** `low..high`, either may be missing, as people type a range. Text without `..` is no range. */
export function splitRange(typed: string): readonly [low: string, high: string] | undefined {
  const at = typed.indexOf('..');
  return at < 0 ? undefined : [typed.slice(0, at).trim(), typed.slice(at + 2).trim()];
}

/** What a range compares with; `below` excludes its end, as times do. Both missing: whatever is not empty. */
export interface SqlRange {
  readonly from?: string | number | undefined;
  readonly to?: string | number | undefined;
  readonly below?: string | number | undefined;
}

/** The stored text, or number, lies in a range. */
export function rangeCondition(column: SqlColumn, { from, to, below }: SqlRange): SqlFragment {
  const { sql, bindings } = binaryColumn(column);
  const bound = (sign: string, value: string | number | undefined): SqlFragment[] =>
    value === undefined ? [] : [{ sql: `${sql} ${sign} ?`, bindings: [...bindings, value] }];
  const least = from ?? (column.numeric ? undefined : '');
  const bounds = [...bound(from === undefined ? '>' : '>=', least), ...bound('<=', to), ...bound('<', below)];
  return bounds.length > 0 ? allOf(bounds) : { sql: `${column.sql} is not null`, bindings: column.bindings };
}

/**
 * A whole condition of a query: never NULL, so that it can be negated and combined. Throws `InvalidValueError` for an operator
 * that the type does not offer, and for values that it cannot read.
 */
export function fieldCondition(type: FieldType, condition: FieldCondition): SqlFragment {
  const { operator, field, column, values } = condition;
  const known = operatorsOf(type);
  if (!known.includes(operator))
    throw new InvalidValueError(`${field.label} cannot be asked with “${operator}”. Possible: ${known.join(', ')}.`);
  const toSql = type.toSql ?? textCondition;
  const any = values.map((typed) => {
    if (typed !== '') return toSql(typed, condition);
    return operator === 'is' ? emptyCondition(column) : NOTHING;
  });
  const { sql, bindings } = join(any.length > 0 ? any : [NOTHING], ' or ');
  return { sql: `${condition.negated ? 'not ' : ''}coalesce(${sql}, false)`, bindings };
}

/** What to sort by, ascending; empty values come last. Descending is the exact reverse. */
export function fieldOrder(type: FieldType, column: SqlColumn): readonly SqlFragment[] {
  const empty = emptyCondition(column);
  const isEmpty = { sql: `case when ${empty.sql} then 1 else 0 end`, bindings: empty.bindings };
  return [isEmpty, ...(column.numeric || !type.sortSql ? [binaryColumn(column)] : type.sortSql(column))];
}

/** The expression of a field in the tables that a query has joined: a column of `ticket`, or `value` of a join of ticket_custom. */
export const fieldColumn = (field: Pick<Field, 'name' | 'custom'>, table: string, dialect: SqlColumn['dialect']): SqlColumn => ({
  sql: '??',
  bindings: [`${table}.${field.custom ? 'value' : field.name}`],
  dialect,
  ...(field.name === 'id' || field.name === 'time' || field.name === 'changetime' ? { numeric: true } : {}),
});
