import type { Field } from '../ticket/types.ts';

/** A field with the attributes that Trac gives it, by Trac's names; which ones there are depends on the type. */
export interface TracField {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly custom?: true;
  readonly order?: number;
  readonly value?: unknown;
  readonly options?: readonly string[];
  readonly optional?: true;
  readonly format?: string;
  readonly max_size?: number;
  readonly height?: number;
  readonly ticketlink_query?: string | null;
}

const CHOICES: readonly string[] = ['select', 'radio'];
const TEXTS: readonly string[] = ['text', 'textarea'];
/** Texts of these formats are drawn as links to a query. */
const LINKED: readonly string[] = ['list', 'reference'];

const choiceOf = ({ options, optional }: Field): Partial<TracField> => ({ options, ...(optional ? { optional: true } : {}) });

function toCustom(field: Field): TracField {
  const { name, type, label, order, format, maxSize, rows, ticketlinkQuery } = field;
  const isChoice = CHOICES.includes(type);
  const linked = isChoice || type === 'checkbox' || (type === 'text' && LINKED.includes(format));
  return {
    name,
    custom: true,
    type,
    order,
    label,
    value: field.value,
    ...(isChoice ? choiceOf(field) : {}),
    ...(TEXTS.includes(type) ? { format, max_size: maxSize ?? 0 } : {}),
    ...(type === 'textarea' ? { height: rows ?? 0 } : {}),
    ...(type === 'time' ? { format } : {}),
    ...(linked ? { ticketlink_query: ticketlinkQuery ?? null } : {}),
  };
}

/** Trac's own texts have no default among their attributes; its owner becomes a choice only on a ticket. */
function toBuiltIn(field: Field): TracField {
  const { name, label, format } = field;
  const type = name === 'owner' ? 'text' : field.type;
  return {
    name,
    type,
    label,
    ...(format === '' ? {} : { format }),
    ...(CHOICES.includes(type) ? { value: field.value, ...choiceOf(field) } : {}),
  };
}

/** Writes a field as Trac's `get_ticket_fields` gives it. */
export const toTracField = (field: Field): TracField => (field.custom ? toCustom(field) : toBuiltIn(field));
