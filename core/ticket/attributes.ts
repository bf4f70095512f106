import type { Diagnosis } from '../kernel/errors.ts';
import { parseSwitch, parseWhole, splitList, strip } from '../kernel/literals.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Settings } from '../kernel/settings.ts';
import { parsePredicate } from './predicate.ts';
import type { FieldSpec } from './types.ts';
import { isColumn, PROTECTED_FIELDS } from './values.ts';

const SECTION = 'ticket-custom';

/** Attributes in a form that can be laid over what a provider says. `attributes` holds those that only field types know. */
export type FieldOverride = { -readonly [K in keyof Omit<FieldSpec, 'name' | 'type' | 'normalise'>]?: FieldSpec[K] };

class AttributeError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

type Reader = (raw: string) => unknown;

const quote = (raw: string): string => `"${raw.length > 60 ? `${raw.slice(0, 60)}…` : raw}"`;

const text: Reader = strip;
const someText: Reader = (raw) => {
  if (strip(raw) === '') throw new AttributeError('a text is missing', 'Write one, or remove the line.');
  return strip(raw);
};
const yesNo: Reader = (raw) => {
  const value = parseSwitch(raw);
  if (value === undefined) throw new AttributeError(`${quote(raw)} is neither yes nor no`, 'Write yes or no.');
  return value;
};
const whole: Reader = (raw) => {
  const value = parseWhole(raw);
  if (value === undefined || !Number.isSafeInteger(value))
    throw new AttributeError(`${quote(raw)} is no whole number`, 'Write a whole number. Example: 10');
  return value;
};
const count: Reader = (raw) => {
  const value = whole(raw) as number;
  if (value < 0) throw new AttributeError(`${quote(raw)} is less than nothing`, 'Write a whole number from 0. Example: 10');
  return value;
};
const options: Reader = (raw) => {
  const list = splitList(raw, '|');
  if (list.length === 0) throw new AttributeError('no option is given', 'Write them with | between them. Example: one|two');
  return list;
};
const condition: Reader = (raw) => {
  try {
    parsePredicate(strip(raw));
  } catch (error) {
    throw new AttributeError((error as Error).message, 'Correct the condition; until then the field is as if it had none.');
  }
  return strip(raw);
};

const ATTRIBUTES: Readonly<Record<string, readonly [keyof FieldOverride, Reader]>> = {
  label: ['label', someText],
  value: ['value', text],
  order: ['order', whole],
  options: ['options', options],
  optional: ['optional', yesNo],
  visible: ['visible', yesNo],
  hidden: ['hidden', yesNo],
  editable: ['editable', yesNo],
  disabled: ['disabled', yesNo],
  required: ['required', yesNo],
  fullrow: ['fullrow', yesNo],
  plaintext: ['plaintext', yesNo],
  title: ['title', text],
  help: ['help', text],
  group: ['group', text],
  format: ['format', text],
  size: ['size', count],
  rows: ['rows', count],
  cols: ['cols', count],
  max_size: ['maxSize', count],
  ticketlink_query: ['ticketlinkQuery', text],
  edit_permission: ['editPermission', text],
  create_permission: ['createPermission', text],
  visible_if: ['visibleIf', condition],
  required_if: ['requiredIf', condition],
  editable_if: ['editableIf', condition],
};

/** The attributes that every field has, as an administrator writes them. */
export const FIELD_ATTRIBUTES: ReadonlySet<string> = new Set(Object.keys(ATTRIBUTES));

/** What the definition of a custom field says itself, with Trac's meaning: read with its type and not laid over it. */
const OF_DEFINITION: ReadonlySet<string> = new Set([
  'label',
  'value',
  'order',
  'options',
  'format',
  'max_size',
  'rows',
  'cols',
  'size',
  'ticketlink_query',
  'height',
]);

/** The overrides of one configuration. */
export interface FieldOverrides {
  readonly byName: ReadonlyMap<string, FieldOverride>;
  readonly diagnoses: readonly Diagnosis[];
}

interface Line {
  readonly key: string;
  readonly name: string;
  readonly attribute: string;
  readonly raw: string;
}

const linesOf = (settings: Settings): readonly Line[] =>
  settings.entries(SECTION).flatMap(([key, raw]) => {
    const dot = key.indexOf('.');
    return dot < 1 || dot === key.length - 1 ? [] : [{ key, name: key.slice(0, dot), attribute: key.slice(dot + 1), raw }];
  });

interface Conflict {
  readonly key: string;
  readonly message: string;
}

/** `hidden = yes` says the same as `visible = no`; both together must agree. */
function findConflicts([name, { visible, hidden, editable }]: readonly [string, FieldOverride]): readonly Conflict[] {
  const found: Conflict[] = [];
  if (visible !== undefined && visible === hidden)
    found.push({ key: `${name}.hidden`, message: `it contradicts ${name}.visible, which counts` });
  if (editable && PROTECTED_FIELDS.has(name))
    found.push({
      key: `${name}.editable`,
      message: 'this field is set by the workflow and the clock alone; the line does nothing',
    });
  return found;
}

/** Lays one line onto what is known of its field; gives what is wrong with it. */
function readLine(override: FieldOverride, { attribute, raw }: Line, isDefined: boolean): AttributeError | undefined {
  const [property, read] = ATTRIBUTES[attribute] ?? [];
  try {
    if (property && read) Object.assign(override, { [property]: read(raw) });
    else if (!isDefined) override.attributes = Object.assign(override.attributes ?? {}, { [attribute]: raw });
    return undefined;
  } catch (error) {
    if (error instanceof AttributeError) return error;
    throw error;
  }
}

const isLeftAlone = ({ name, attribute }: Line): boolean => isColumn(name) || OF_DEFINITION.has(attribute);

/**
 * Reads the lines `NAME.attribute = value` of `[ticket-custom]`, for fields of whatever source. A built-in field that
 * somebody defines there with a type is left alone, as Trac leaves it. What cannot be read is reported and left out.
 */
export function readOverrides(settings: Settings): FieldOverrides {
  const byName = new Map<string, FieldOverride>();
  const diagnoses: Diagnosis[] = [];
  const report = (key: string, message: string, remedy: string): void => {
    const place = settings.place(SECTION, key);
    diagnoses.push({ severity: 'warning', message: `[${SECTION}] ${key}: ${message.replace(/\.$/, '')}.`, remedy, place });
  };
  for (const line of linesOf(settings)) {
    const isDefined = settings.get(SECTION, line.name) !== undefined;
    if (isDefined && isLeftAlone(line)) continue;
    const override = byName.get(line.name) ?? {};
    byName.set(line.name, override);
    const error = readLine(override, line, isDefined);
    if (error) report(line.key, error.message, error.remedy);
  }
  for (const { key, message } of [...byName].flatMap(findConflicts)) report(key, message, 'Remove the line.');
  return { byName, diagnoses };
}

/** Attributes that nobody reads although one of a similar name exists; `known`: those of the field types. */
export function* findMisspelt(settings: Settings, known: ReadonlySet<string>): Generator<Diagnosis> {
  for (const { key, attribute } of linesOf(settings)) {
    const isKnown = FIELD_ATTRIBUTES.has(attribute) || OF_DEFINITION.has(attribute) || known.has(attribute);
    const near = isKnown ? undefined : nearest(attribute, [...FIELD_ATTRIBUTES, ...known]);
    if (near === undefined) continue;
    yield {
      severity: 'warning',
      message: `[${SECTION}] ${key}: nothing reads the attribute "${attribute}".`,
      remedy: `Did you mean ${near}?`,
      place: settings.place(SECTION, key),
    };
  }
}

/** Permissions that `edit_permission` and `create_permission` name and that nobody defines: nobody could edit the field. */
export function* findUnknownPermissions(settings: Settings, defined: ReadonlyMap<string, unknown>): Generator<Diagnosis> {
  for (const { key, attribute, raw } of linesOf(settings)) {
    if (attribute !== 'edit_permission' && attribute !== 'create_permission') continue;
    for (const permission of splitList(raw)) {
      if (defined.has(permission)) continue;
      const near = nearest(permission, defined.keys());
      yield {
        severity: 'warning',
        message: `[${SECTION}] ${key}: nothing defines the permission "${permission}", so nobody has it.`,
        remedy: near ? `Did you mean ${near}?` : 'Correct it, or enable the plugin that defines it.',
        place: settings.place(SECTION, key),
      };
    }
  }
}
