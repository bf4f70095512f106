import type { Field, FieldType } from 'tracts';

/** How an attribute is typed in. */
export type AttributeKind = 'text' | 'switch' | 'whole' | 'wide';

/** One attribute as the form offers it. */
export interface Attribute {
  readonly name: string;
  readonly kind: AttributeKind;
  readonly label: string;
  readonly help: string;
}

interface AttributeGroup {
  readonly heading: string;
  readonly attributes: readonly Attribute[];
}

const attribute = (name: string, kind: AttributeKind, label: string, help = ''): Attribute => ({ name, kind, label, help });

/** The attributes that every field has, by what they are about. */
const GROUPS: readonly AttributeGroup[] = [
  {
    heading: 'What it is',
    attributes: [
      attribute('label', 'text', 'Label'),
      attribute('value', 'text', 'Default value', 'A choice: one of the choices, or its number from 0.'),
      attribute('options', 'wide', 'Choices', 'With | between them; an empty one first makes the choice optional.'),
      attribute('optional', 'switch', 'A choice may stay empty'),
      attribute('format', 'text', 'Format', 'Texts: plain, wiki, reference or list. Times: relative, date or datetime.'),
      attribute('required', 'switch', 'Must be filled in'),
    ],
  },
  {
    heading: 'Where and how it is shown',
    attributes: [
      attribute('visible', 'switch', 'Shown in the ticket’s summary'),
      attribute('hidden', 'switch', 'Hidden', 'The contrary of “shown”; one of the two is enough.'),
      attribute('editable', 'switch', 'Offered in the form'),
      attribute('disabled', 'switch', 'Shown in the form, not to be changed'),
      attribute('group', 'text', 'Group', 'The heading under which it stands together with others.'),
      attribute('order', 'whole', 'Order', 'A lower number stands earlier; the built-in fields are about -1000.'),
      attribute('fullrow', 'switch', 'Takes a whole row'),
      attribute('plaintext', 'switch', 'No wiki formatting in label and value'),
      attribute('title', 'text', 'Tooltip'),
      attribute('help', 'wide', 'Help below the control'),
      attribute('size', 'whole', 'Width, in characters'),
      attribute('rows', 'whole', 'Rows of a long text'),
      attribute('cols', 'whole', 'Columns of a long text'),
      attribute('max_size', 'whole', 'Characters at most', '0: any number.'),
      attribute('ticketlink_query', 'text', 'Query behind a link on the value'),
    ],
  },
  {
    heading: 'Who and when',
    attributes: [
      attribute('edit_permission', 'text', 'Permissions to change it', 'All of them are needed. Empty: TICKET_CHGPROP.'),
      attribute('create_permission', 'text', 'Permissions to fill it in on a new ticket', 'Beyond the right to file.'),
      attribute('visible_if', 'wide', 'Only there if', 'A condition on the other fields. Example: type=defect&status!=closed'),
      attribute('required_if', 'wide', 'Must be filled in if'),
      attribute('editable_if', 'wide', 'May be changed if'),
    ],
  },
];

const KNOWN: ReadonlySet<string> = new Set(GROUPS.flatMap(({ attributes }) => attributes.map(({ name }) => name)));

const capitalised = (name: string): string => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('_', ' ');

/** What the form offers for a field: the general attributes, those of its type, and whatever else its lines say. */
export function groupsFor(type: FieldType, written: Iterable<string>): readonly AttributeGroup[] {
  const own = Object.entries(type.attributes ?? {}).filter(([name]) => !KNOWN.has(name));
  const strange = [...written].filter((name) => !KNOWN.has(name) && !own.some(([known]) => known === name));
  const more: readonly AttributeGroup[] = [
    {
      heading: `Of the type ${type.name}`,
      attributes: own.map(([name, help]) => attribute(name, 'text', capitalised(name), help)),
    },
    { heading: 'Further lines', attributes: strange.map((name) => attribute(name, 'text', capitalised(name))) },
  ];
  return [...GROUPS, ...more.filter(({ attributes }) => attributes.length > 0)];
}

/** What holds while nothing is written, as far as it can be told in a word. */
export function presentValue(field: Field, name: string): string {
  const property = name.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
  const value: unknown = (field as unknown as Readonly<Record<string, unknown>>)[property];
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join('|');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
