import {
  type Directory,
  type Field,
  type FieldType,
  InvalidValueError,
  listChange,
  memberCondition,
  type OperationContext,
  textCondition,
} from 'tracts';
import { isOn, lineOf, switchFaults } from './attributes.ts';
import { mayCompletePeople, offeredNames } from './people-index.ts';

/** The account of that name, however it was capitalised; undefined when there is none, or two. */
function accountOf(typed: string, { people }: Directory): string | undefined {
  const exact = people.get(typed);
  if (exact) return exact.disabled ? undefined : typed;
  const key = typed.toLowerCase();
  const found = [...people.values()].filter(({ name, disabled }) => !disabled && name.toLowerCase() === key);
  return found.length === 1 ? found[0]?.name : undefined;
}

const LONGEST_NAME = 254;

/** One name as it is kept. */
function readName(typed: string, field: Field, free: boolean, stored: readonly unknown[], ctx: OperationContext): string {
  if (stored.includes(typed)) return typed;
  const account = accountOf(typed, ctx.directory);
  if (account !== undefined) return account;
  if (!free) throw new InvalidValueError(`“${typed}” has no account here; ${field.label} needs somebody who has.`);
  if (typed.length > LONGEST_NAME)
    throw new InvalidValueError(`A name in ${field.label} is too long: ${LONGEST_NAME} characters at most.`);
  return typed;
}

const fullNameOf = (name: unknown, { people }: Directory): string => {
  const fullName = typeof name === 'string' ? (people.get(name)?.fullName ?? '') : '';
  // Whether the reader may see addresses is not known here.
  return fullName.includes('@') ? '' : fullName;
};

const FREE_TEXT = 'Also names and addresses without an account: enabled or disabled.';

/** One person. */
export const user: FieldType<string> = {
  name: 'user',
  template: 'fields/user.njk',
  parse(raw, field, ctx) {
    const typed = lineOf(raw).replace(/[\r\n]+/g, ' ');
    return typed === '' ? '' : readName(typed, field, isOn(field, 'free_text'), [field.value], ctx);
  },
  serialise: (value) => value,
  deserialise: (stored) => stored,
  present: (value, _field, ctx) => ({
    fullName: fullNameOf(value, ctx.directory),
    completes: mayCompletePeople(ctx),
    offered: offeredNames(ctx),
  }),
  attributes: { free_text: `${FREE_TEXT} Default: disabled.` },
  checkField: (field) => switchFaults(field, 'free_text'),
  jsonSchema: () => ({ type: 'string', maxLength: LONGEST_NAME }),
};

const namesIn = (text: string): readonly string[] => [...new Set(text.split(/[;,\s]+/).filter(Boolean))];

/** Everything that a list may come as: a text, several texts, or the list itself. */
const typedNames = (raw: unknown): readonly string[] => namesIn((Array.isArray(raw) ? raw : [raw ?? '']).map(lineOf).join(','));

/** Several people, as in Cc: kept as `joe, jane`. */
export const userList: FieldType<readonly string[]> = {
  name: 'user-list',
  template: 'fields/user-list.njk',
  several: true,
  parse(raw, field, ctx) {
    const stored: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
    const free = isOn(field, 'free_text', true);
    return [...new Set(typedNames(raw).map((name) => readName(name, field, free, stored, ctx)))];
  },
  serialise: (value) => value.join(', '),
  deserialise: namesIn,
  describeChange: (before, after) => listChange(before === '' ? [] : before, after === '' ? [] : after),
  present: (_value, _field, ctx) => ({ completes: mayCompletePeople(ctx), offered: offeredNames(ctx) }),
  attributes: { free_text: `${FREE_TEXT} Default: enabled.` },
  checkField: (field) => switchFaults(field, 'free_text'),
  operators: ['is', 'contains', 'begins', 'ends', 'has'],
  toSql(typed, condition) {
    if (condition.operator === 'has') return memberCondition(condition.column, typed.trim(), ', ');
    return textCondition(typed, condition);
  },
  combine: (mode, before, given) => {
    const kept = (before === '' ? [] : before).filter((one) => mode === 'add' || !given.includes(one));
    return mode === 'add' ? [...new Set([...kept, ...given])] : kept;
  },
  jsonSchema: () => ({ type: 'array', items: { type: 'string', maxLength: LONGEST_NAME }, uniqueItems: true }),
  toJson: (value) => value,
  fromJson(json, { label }) {
    if (!Array.isArray(json) || json.some((one) => typeof one !== 'string'))
      throw new InvalidValueError(`${label} takes a list of names.`);
    return json;
  },
};
