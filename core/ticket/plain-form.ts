import { mayBeTold } from './conditions.ts';
import { valueToJson } from './field-values.ts';
import type { Predicate } from './predicate.ts';
import type { TypeOf } from './submission.ts';
import type { Field, Offer, OptionGroup, TicketContext, TicketForm } from './types.ts';

/** A field, or an action's input, as programs read it. What is `''`, `[]` or no number is left out, the value apart. */
export interface PlainField {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  /** As its type gives it to programs; null for nothing. */
  readonly value: unknown;
  readonly order: number;
  /** A submission may change it, as things are. */
  readonly accepts: boolean;
  readonly visible: boolean;
  readonly editable: boolean;
  readonly disabled: boolean;
  readonly required: boolean;
  /** False while its `visibleIf` does not hold. */
  readonly applies: boolean;
  readonly fullrow: boolean;
  readonly plaintext: boolean;
  readonly options?: readonly string[];
  readonly optionLabels?: Readonly<Record<string, string>>;
  readonly optionGroups?: readonly OptionGroup[];
  readonly optional?: boolean;
  readonly title?: string;
  readonly help?: string;
  readonly group?: string;
  readonly format?: string;
  readonly size?: number;
  readonly rows?: number;
  readonly cols?: number;
  readonly maxSize?: number;
  readonly visibleIf?: Predicate;
  readonly requiredIf?: Predicate;
  readonly editableIf?: Predicate;
  readonly attributes?: Readonly<Record<string, string>>;
}

interface PlainAction {
  readonly name: string;
  readonly label: string;
  readonly hints: readonly string[];
  readonly confirm?: string;
  readonly inputs: readonly PlainField[];
}

/** A form as plain data: what this person may see and do on this ticket now. */
export interface PlainForm {
  readonly id: number | null;
  readonly version: number;
  readonly mayComment: boolean;
  readonly mayCommentInternally: boolean;
  readonly fields: readonly PlainField[];
  readonly actions: readonly PlainAction[];
}

const isSaid = (value: unknown): boolean =>
  !(value === undefined || value === '' || value === 0 || (typeof value === 'object' && Object.keys(value ?? {}).length === 0));

const OPTIONAL = [
  'options',
  'optionLabels',
  'optionGroups',
  'title',
  'help',
  'group',
  'format',
  'size',
  'rows',
  'cols',
  'maxSize',
  'attributes',
] as const;
const CONDITIONS = ['visibleIf', 'requiredIf', 'editableIf'] as const;

function plainField(field: Field, form: TicketForm, typeOf: TypeOf): PlainField {
  const { name, type, label, order, visible, editable, disabled, required, applies, fullrow, plaintext } = field;
  const said = OPTIONAL.filter((key) => isSaid(field[key])).map((key) => [key, field[key]] as const);
  const conditions = CONDITIONS.flatMap((key) => {
    const predicate = field[key];
    return predicate && mayBeTold(predicate, form) ? [[key, predicate] as const] : [];
  });
  return {
    name,
    type,
    label,
    value: valueToJson(typeOf(type), field.value, field),
    order,
    accepts: editable && applies && !disabled,
    visible,
    editable,
    disabled,
    required,
    applies,
    fullrow,
    plaintext,
    ...(field.options.length > 0 ? { optional: field.optional } : {}),
    ...Object.fromEntries([...said, ...conditions]),
  };
}

const plainAction = ({ name, label, hints, confirm, inputs }: Offer, form: TicketForm, typeOf: TypeOf): PlainAction => ({
  name,
  label,
  hints,
  ...(confirm ? { confirm } : {}),
  inputs: [...inputs.values()].map((input) => plainField(input, form, typeOf)),
});

/** Writes a form for programs. What a person can neither see nor fill in is left out. */
export function plainForm({ ticket }: TicketContext, form: TicketForm, typeOf: TypeOf): PlainForm {
  return {
    id: ticket.id ?? null,
    version: ticket.version,
    mayComment: form.mayComment,
    mayCommentInternally: form.mayCommentInternally,
    fields: [...form.fields.values()]
      .filter(({ visible, editable }) => visible || editable)
      .map((field) => plainField(field, form, typeOf)),
    actions: [...form.actions.values()].map((offer) => plainAction(offer, form, typeOf)),
  };
}
