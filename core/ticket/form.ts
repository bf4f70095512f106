import type { ActionSpec, Field, FieldSpec, Offer, TicketForm } from './types.ts';

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A field's label when nobody gave one: `due_date` reads “Due date”. */
export const labelOf = (name: string): string => capitalise(name.replaceAll('_', ' ').trim());

const DEFAULTS = {
  value: undefined,
  order: 0,
  optional: false,
  disabled: false,
  required: false,
  fullrow: false,
  plaintext: false,
  title: '',
  help: '',
  format: '',
  size: undefined,
  rows: undefined,
  cols: undefined,
  maxSize: undefined,
  ticketlinkQuery: undefined,
  editPermission: undefined,
  createPermission: undefined,
  normalise: undefined,
} as const;

/** Fills in what a provider left out. `control` is the name of the form control. */
export function toField(spec: FieldSpec, source: string, control = `field_${spec.name}`, custom = false): Field {
  const visible = spec.visible ?? true;
  // Spreading this many properties costs twenty times as much, and a form has dozens of fields.
  return Object.assign({}, DEFAULTS, spec, {
    source,
    custom,
    control: spec.control ?? control,
    label: spec.label ?? labelOf(spec.name),
    visible,
    editable: spec.editable ?? visible,
    options: [...(spec.options ?? [])],
    optionLabels: { ...spec.optionLabels },
    attributes: spec.attributes ?? {},
    accept: undefined,
  });
}

/** Equal weights: by name, backwards (Trac's order, surprise 1). */
const byWeight = (a: Offer, b: Offer): number => b.weight - a.weight || (a.name < b.name ? 1 : -1);

type Draft = Offer & { readonly specs: { readonly source: string; readonly spec: ActionSpec }[] };

/** The mutable form while it is being prepared; the service reads it afterwards as the contract. */
export class FormDraft implements TicketForm {
  readonly fields: Map<string, Field>;
  mayComment = true;
  readonly #actions = new Map<string, Draft>();
  #sorted: ReadonlyMap<string, Offer> | undefined;
  #source = 'form';

  constructor(fields: readonly Field[]) {
    this.fields = new Map(fields.map((field) => [field.name, field]));
  }

  get actions(): ReadonlyMap<string, Offer> {
    this.#sorted ??= new Map([...this.#actions.values()].sort(byWeight).map((offer) => [offer.name, offer]));
    return this.#sorted;
  }

  /** Whose offers follow; problems name it when two controllers disagree. */
  from(source: string): this {
    this.#source = source;
    return this;
  }

  input(action: string, input: string): Field | undefined {
    return this.#actions.get(action)?.inputs.get(input);
  }

  withdraw(action: string): void {
    this.#actions.delete(action);
    this.#sorted = undefined;
  }

  offer(spec: ActionSpec): void {
    const { name, weight = 0 } = spec;
    const known = this.#actions.get(name);
    const offer: Draft = known ?? {
      name,
      label: spec.label ?? name.replaceAll('_', ' '),
      hints: [],
      weight,
      confirm: undefined,
      inputs: new Map(),
      specs: [],
    };
    offer.weight = Math.max(offer.weight, weight);
    offer.confirm ??= spec.confirm;
    if (spec.hint) offer.hints.push(spec.hint);
    for (const input of spec.inputs ?? [])
      if (!offer.inputs.has(input.name))
        offer.inputs.set(input.name, toField(input, this.#source, `action_${name}_${input.name}`));
    offer.specs.push({ source: this.#source, spec });
    this.#actions.set(name, offer);
    this.#sorted = undefined;
  }
}
