import {
  attributeFaults,
  component,
  type Diagnosis,
  FIELD_ATTRIBUTES,
  type FieldSpec,
  type FieldType,
  firstFindings,
  IDiagnostician,
  ISettings,
  ITicketFieldProvider,
  ITicketFieldTypeProvider,
  labelOf,
  nearest,
  option,
  parseSwitch,
  parseWhole,
} from 'tracts';

/** Names that the query language and the forms use for something else (FD-07). */
const RESERVED: ReadonlySet<string> = new Set([
  'report',
  'order',
  'desc',
  'group',
  'groupdesc',
  'col',
  'row',
  'format',
  'max',
  'page',
  'verbose',
  'comment',
  'or',
  'id',
  'time',
  'changetime',
  'owner',
  'cc',
]);
const BUILT_IN: ReadonlySet<string> = new Set([
  'summary',
  'reporter',
  'owner',
  'description',
  'type',
  'status',
  'priority',
  'milestone',
  'component',
  'version',
  'severity',
  'resolution',
  'keywords',
  'cc',
  'time',
  'changetime',
]);
const KNOWN = ['label', 'value', 'order', 'options', 'format', 'max_size', 'rows', 'cols', 'size', 'ticketlink_query', 'height'];

/** Every form has them all. */
const MOST_FIELDS = 1_000;

/** Types that are nothing without options. */
const CHOICES: readonly string[] = ['select', 'radio', 'checkbox-set'];

type Attributes = Readonly<Record<string, string>>;

/** The fields of [ticket-custom]: `name = type` and `name.attribute = value`. */
export const CustomFields = component({
  doc: 'The fields that [ticket-custom] in trac.ini defines.',
  implements: [ITicketFieldProvider, IDiagnostician],
  uses: { settings: ISettings, types: ITicketFieldTypeProvider },
  options: {
    allowedEmpty: option.list('ticket', 'allowed_empty_fields', ['milestone', 'version'], 'Choices that may be left empty.'),
  },
  create: ({ settings, types, options }) => {
    const own = readCustomFields(settings, options.allowedEmpty);
    const judge = (said: ISettings, { specs, diagnoses }: CustomFieldsRead): Diagnosis[] => {
      const known = new Map([...types].flatMap((provider) => provider.getFieldTypes()).map((type) => [type.name, type]));
      return [
        ...firstFindings(diagnoses),
        ...firstFindings(judgeTypes(said, specs, [...known.keys()])),
        ...firstFindings(judgeAttributes(said, specs, known)),
      ];
    };
    return {
      getTicketFields: () => own.specs,
      draftTicketFields(said) {
        const read = readCustomFields(said, options.allowedEmpty);
        return { specs: read.specs, diagnoses: judge(said, read) };
      },
      diagnose: () => judge(settings, own),
    };
  },
});

/** A field whose type nobody provides is shown and cannot be edited: the plugin that brings the type may be switched off. */
function* judgeTypes(settings: ISettings, specs: readonly FieldSpec[], known: readonly string[]): Generator<Diagnosis> {
  for (const { name, type } of specs) {
    if (known.includes(type)) continue;
    const near = nearest(type, known);
    yield {
      severity: 'warning',
      message: `[ticket-custom] ${name}: there is no field type "${type}"; the field is shown but cannot be edited.`,
      remedy: near ? `Did you mean ${near}?` : `Known: ${known.join(', ')}. Or enable the plugin that brings it.`,
      place: settings.place('ticket-custom', name),
    };
  }
}

/** What the types have against the attributes that only they know. */
function* judgeAttributes(
  settings: ISettings,
  specs: readonly FieldSpec[],
  types: ReadonlyMap<string, FieldType>,
): Generator<Diagnosis> {
  for (const spec of specs) {
    const type = types.get(spec.type);
    for (const { attribute, message, remedy } of type ? attributeFaults(type, spec) : []) {
      const key = `${spec.name}.${attribute}`;
      // An attribute that is missing has no line: the field's own is shown.
      const isOwn = spec.attributes?.[attribute] === undefined && !KNOWN.includes(attribute);
      const place = settings.place('ticket-custom', isOwn ? spec.name : key);
      yield { severity: 'warning', message: `[ticket-custom] ${key}: ${message}`, remedy, place };
    }
  }
}

interface CustomFieldsRead {
  readonly specs: FieldSpec[];
  readonly diagnoses: Diagnosis[];
}

/** Reads the section; a name that cannot be a field is left out and reported with its line. */
export function readCustomFields(settings: ISettings, allowedEmpty: readonly string[]): CustomFieldsRead {
  const entries = settings.entries('ticket-custom');
  const diagnoses: Diagnosis[] = [];
  const report = (key: string, message: string, remedy: string): undefined => {
    diagnoses.push({
      severity: 'warning',
      message: `[ticket-custom] ${key}: ${message}`,
      remedy,
      place: settings.place('ticket-custom', key),
    });
  };
  const attributes = attributesIn(entries);
  const defined = entries.filter(([key]) => !key.includes('.'));
  const tooMany = defined[MOST_FIELDS];
  if (tooMany) {
    const fault = `there are more than ${MOST_FIELDS} fields; this one is left out, and all that follow.`;
    report(tooMany[0], fault, 'Every form shows them all: remove some.');
  }
  const specs = defined.slice(0, MOST_FIELDS).flatMap(([name, type]) => {
    const fault = nameFault(name);
    if (fault) return report(name, fault, 'Rename it.') ?? [];
    return toSpec(name, type.trim(), Object.fromEntries(attributes.get(name) ?? []), allowedEmpty, report);
  });
  return { specs, diagnoses };
}

/** What `NAME.attribute = value` says, by NAME. */
function attributesIn(entries: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly [string, string][]> {
  const found = new Map<string, [string, string][]>();
  for (const [key, value] of entries) {
    const dot = key.indexOf('.');
    if (dot < 0) continue;
    const name = key.slice(0, dot);
    const known = found.get(name) ?? [];
    known.push([key.slice(dot + 1), value]);
    found.set(name, known);
  }
  return found;
}

function nameFault(name: string): string | undefined {
  if (!/^[a-z][a-z0-9_]+$/i.test(name))
    return 'a field name has two or more of a-z, 0-9 and _, and begins with a letter; the field is left out.';
  if (BUILT_IN.has(name)) return 'this is a built-in field; the line is left out.';
  if (RESERVED.has(name)) return 'this word is used by queries; the field is left out.';
  return undefined;
}

type Report = (key: string, message: string, remedy: string) => undefined;

function whole(name: string, attribute: string, attributes: Attributes, report: Report): number {
  const raw = (attributes[attribute] ?? '').trim();
  if (raw === '') return 0;
  const number = parseWhole(raw);
  if (number !== undefined) return number;
  report(`${name}.${attribute}`, `"${raw}" is no whole number; it counts as 0.`, 'Write a whole number. Example: 10');
  return 0;
}

function toSpec(
  name: string,
  type: string,
  attributes: Attributes,
  allowedEmpty: readonly string[],
  report: Report,
): FieldSpec[] {
  const spec: FieldSpec = {
    name,
    type,
    label: attributes['label'] || labelOf(name),
    value: defaultOf(type, attributes['value'] ?? ''),
    order: whole(name, 'order', attributes, report),
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([key]) => !KNOWN.includes(key) && !FIELD_ATTRIBUTES.has(key)),
    ),
    ...(attributes['ticketlink_query'] === undefined ? {} : { ticketlinkQuery: attributes['ticketlink_query'] }),
    ...sizes(name, attributes, report),
    ...byType(name, type, attributes, report),
  };
  return CHOICES.includes(type) ? withOptions(spec, attributes['options'] ?? '', allowedEmpty, report) : [spec];
}

/** The default of a box is read as a switch, as Trac reads it; any other default stays as written until a ticket is filed. */
const defaultOf = (type: string, raw: string): string => (type === 'checkbox' ? (parseSwitch(raw) ? '1' : '0') : raw);

const sizes = (name: string, attributes: Attributes, report: Report): Partial<FieldSpec> =>
  Object.fromEntries(
    ['rows', 'cols', 'size'].filter((key) => attributes[key]).map((key) => [key, whole(name, key, attributes, report)]),
  );

function byType(name: string, type: string, attributes: Attributes, report: Report): Partial<FieldSpec> {
  if (type === 'time') return { format: attributes['format'] ?? 'datetime' };
  if (type !== 'text' && type !== 'textarea') return {};
  const common = { format: attributes['format'] ?? 'plain', maxSize: whole(name, 'max_size', attributes, report) };
  return type === 'textarea' ? { ...common, fullrow: true } : common;
}

/** An empty option, wherever it stands, makes the choice optional (FD-06); a choice without any option is left out (FD-02). */
function withOptions(spec: FieldSpec, raw: string, allowedEmpty: readonly string[], report: Report): FieldSpec[] {
  const all = raw.split('|').map((one) => one.trim());
  const empty = all.indexOf('');
  const options = all.filter((_, index) => index !== empty);
  if (options.length === 0)
    return report(spec.name, 'a choice without options is left out.', `Add ${spec.name}.options = one|two`) ?? [];
  const optional = empty >= 0 || allowedEmpty.includes(spec.name);
  const value = String(spec.value ?? '');
  const index = parseWhole(value);
  const isIndex = index !== undefined && options.at(index) !== undefined;
  if (value !== '' && !options.includes(value) && !isIndex)
    report(`${spec.name}.value`, `"${value}" is none of the options.`, `Write one of ${options.join(', ')}.`);
  return [{ ...spec, options, ...(optional ? { optional } : {}) }];
}
