import type { OperationContext } from '../security/context.ts';
import type { Field, May } from './types.ts';

/** SQL with `?` for values and `??` for names, as `knex.raw(sql, bindings)` takes it. Text of people stands in `bindings` alone. */
export interface SqlFragment {
  readonly sql: string;
  readonly bindings: readonly (string | number)[];
}

export type SqlDialect = 'sqlite' | 'postgres';

/** Where a field is stored, as an expression of its text; NULL where nothing is stored. */
export interface SqlColumn extends SqlFragment {
  readonly dialect: SqlDialect;
  /** A column of whole numbers and not of text: `ticket.id`, and in microseconds `time` and `changetime`. */
  readonly numeric?: boolean;
}

/** How a query compares. `between` takes `low..high`, either may be missing; `has` asks for a member of a list. */
export type FieldOperator = 'is' | 'contains' | 'begins' | 'ends' | 'between' | 'has';

/** One condition of a query on one field. */
export interface FieldCondition {
  readonly field: Field;
  readonly column: SqlColumn;
  readonly operator: FieldOperator;
  /** None of the values, instead of any one of them. */
  readonly negated?: boolean;
  /** As people type them. `''` with `is`: the field is empty. */
  readonly values: readonly string[];
  readonly ctx: OperationContext;
}

/** A change of one field as people read it; plain data. `text`: long, to be shown on demand. Either text may be empty. */
export type FieldChange =
  | { readonly kind: 'value' | 'text'; readonly old: string; readonly new: string }
  | { readonly kind: 'list'; readonly added: readonly string[]; readonly removed: readonly string[] };

/** What a change of many tickets at once may do to a field. */
export type BatchMode = 'set' | 'add' | 'remove';

/** An attribute of a field's definition that its type cannot work with. The field stays; the type takes its default instead. */
export interface AttributeFault {
  /** As the administrator writes it: `min` for `points.min`. */
  readonly attribute: string;
  /** What is wrong, in a sentence that names the value. */
  readonly message: string;
  /** What to write instead. */
  readonly remedy: string;
}

/**
 * One kind of field: how its values are read, kept, shown, compared and exchanged. Only the first five are needed; what is
 * left out is done with the stored text. An empty value is `''` (or `[]`) for every type, and reaches neither `serialise`
 * nor `display`.
 */
export interface FieldType<V = unknown> {
  readonly name: string;
  /** Template with the macros `edit(field)` and `show(field)`, relative to a template folder. */
  readonly template: string;
  /** Its control may come several times in one form: `parse` gets a list of texts then. Otherwise such a form is refused. */
  readonly several?: boolean;
  /**
   * Submitted text, or a value, to a value; throws `InvalidValueError` with a sentence for the person. What `typed` and
   * `display` write is understood. `field.value` is what is stored: it should stay valid when the rules have become stricter.
   */
  parse(raw: unknown, field: Field, ctx: OperationContext): May<V>;
  /**
   * Text kept in database and history; `deserialise(serialise(v))` equals `v`. Empty text is stored as NULL. Texts should
   * sort as their values do, character by character: pad numbers. Where they cannot, give `compare` and `sortSql`.
   */
  serialise(value: V): string;
  /** Takes any text without throwing: a field may have had another type before. */
  deserialise(stored: string): V;
  /** The value of a new ticket from the field's default as written; throws like `parse`. Default: `deserialise`. */
  initial?(raw: unknown, field: Field, ctx: OperationContext): V;
  /** What the control is filled with; `parse` reads it back to the same value. Default: the stored text. */
  typed?(value: V, field: Field, timeZone: string): string;
  /** Plain text for people: mail, exports, history; instants in `timeZone`. Default: the stored text. */
  display?(value: V, field: Field, timeZone: string): string;
  /** Adds what the templates need to know beyond the field itself (e.g. linked tickets), as plain data. */
  present?(value: V, field: Field, ctx: OperationContext): May<Readonly<Record<string, unknown>>>;
  /** A change in words; texts go through `display`. Default: the texts before and after, long ones as `text`. */
  describeChange?(before: V | '', after: V | '', field: Field, timeZone: string): FieldChange;

  /** The attributes of its own that it reads from `field.attributes`, each with a line of help. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Judges the attributes of a field when the configuration is loaded. Must be cheap and must not throw. */
  checkField?(field: Field): readonly AttributeFault[];

  /** What queries may ask. Default: `is`, `contains`, `begins`, `ends`. */
  readonly operators?: readonly FieldOperator[];
  /**
   * True where the stored text fits one typed value, which is never empty; core adds “or”, “not” and “is empty”. Throws
   * `InvalidValueError`. Default: `textCondition`; see also `rangeCondition`.
   */
  toSql?(typed: string, condition: FieldCondition): SqlFragment;
  /** Order of two values that are not empty. Must agree with `sortSql`. Default: stored texts, character by character. */
  compare?(a: V, b: V): number;
  /** What to sort by, ascending, the most significant first; empty values are put last without it. Default: the stored text. */
  sortSql?(column: SqlColumn): readonly SqlFragment[];

  /** What a change of many tickets may do. Default: `set`. */
  batchModes?(field: Field): readonly BatchMode[];
  /** The value after `add` or `remove`. */
  combine?(mode: 'add' | 'remove', before: V | '', given: V): V;

  /** JSON Schema (2020-12, draft 7 compatible) of a value that is not empty; null is allowed besides. Default: text. */
  jsonSchema?(field: Field): Readonly<Record<string, unknown>>;
  /** The value for programs. Default: the stored text. */
  toJson?(value: V, field: Field): unknown;
  /** What `toJson` gave, as `parse` takes it; throws `InvalidValueError` for what the schema does not allow. Default: texts alone. */
  fromJson?(json: unknown, field: Field): unknown;
}
