import { checkAction } from './check-action.ts';
import type { ActionSpec, ChangeNote, Field, FieldSpec, Offer, TicketForm } from './types.ts';

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
  group: '',
  format: '',
  size: undefined,
  rows: undefined,
  cols: undefined,
  maxSize: undefined,
  ticketlinkQuery: undefined,
  editPermission: undefined,
  createPermission: undefined,
  normalise: undefined,
  optionGroups: [],
} as const;

/** Fills in what a provider left out. `control` is the name of the form control. */
export function toField(spec: FieldSpec, source: string, control = `field_${spec.name}`, custom = false): Field {
  const visible = spec.visible ?? !spec.hidden;
  const editable = spec.editable ?? visible;
  // Spreading this many properties costs twenty times as much, and a form has dozens of fields.
  return Object.assign({}, DEFAULTS, spec, {
    source,
    custom,
    control: spec.control ?? control,
    label: spec.label ?? labelOf(spec.name),
    visible,
    editable,
    internal: !(visible || editable),
    applies: true,
    visibleIf: undefined,
    requiredIf: undefined,
    editableIf: undefined,
    options: [...(spec.options ?? [])],
    optionLabels: { ...spec.optionLabels },
    attributes: spec.attributes ?? {},
    accept: undefined,
  });
}

/**
 * A field of one form's own, which manipulators may change. Written out: an object made this way costs a twentieth of one that
 * is spread or assigned, and every form has dozens.
 */
export const copyField = (field: Field): Field => ({
  name: field.name,
  type: field.type,
  control: field.control,
  source: field.source,
  custom: field.custom,
  label: field.label,
  value: field.value,
  options: field.options.slice(),
  optionLabels: field.optionLabels,
  optionGroups: field.optionGroups,
  optional: field.optional,
  order: field.order,
  visible: field.visible,
  editable: field.editable,
  disabled: field.disabled,
  required: field.required,
  fullrow: field.fullrow,
  plaintext: field.plaintext,
  title: field.title,
  help: field.help,
  group: field.group,
  visibleIf: field.visibleIf,
  requiredIf: field.requiredIf,
  editableIf: field.editableIf,
  applies: field.applies,
  internal: field.internal,
  format: field.format,
  size: field.size,
  rows: field.rows,
  cols: field.cols,
  maxSize: field.maxSize,
  ticketlinkQuery: field.ticketlinkQuery,
  editPermission: field.editPermission,
  createPermission: field.createPermission,
  normalise: field.normalise,
  attributes: field.attributes,
  accept: field.accept,
});

/** Equal weights: by name, backwards (Trac's order, surprise 1). */
const byWeight = (a: Offer, b: Offer): number => b.weight - a.weight || (a.name < b.name ? 1 : -1);

type Draft = Offer & { readonly specs: { readonly source: string; readonly spec: ActionSpec }[] };

/** The mutable form while it is being prepared; the service reads it afterwards as the contract. */
export class FormDraft implements TicketForm {
  readonly fields: Map<string, Field>;
  /** Every field, those too that a policy hides from this person: what an action or a default sets in them is stored rightly. */
  definitions: ReadonlyMap<string, Field>;
  mayComment = true;
  mayCommentInternally = false;
  readonly notes: ChangeNote[] = [];
  /** Components that failed, and the actions they may have a say in; undefined: in all. */
  readonly #blocks: { readonly source: string; readonly actions: ReadonlySet<string> | undefined }[] = [];
  readonly #actions = new Map<string, Draft>();
  #sorted: ReadonlyMap<string, Offer> | undefined;
  #source = 'form';

  constructor(fields: readonly Field[]) {
    this.fields = new Map(fields.map((field) => [field.name, field]));
    this.definitions = this.fields;
  }

  /** Lets `hide` take fields out that this person must not see. */
  hideFields(hide: (fields: Map<string, Field>) => void): void {
    this.definitions = new Map(this.fields);
    hide(this.fields);
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

  /** Refuses these actions, or everything, because `source` failed: what it would have said against them is not known. */
  block(source: string, actions?: Iterable<string>): void {
    this.#blocks.push({ source, actions: actions && new Set(actions) });
  }

  /** Who failed that may have a say in the action; without one, in any. */
  blockedBy(action?: string): string | undefined {
    return this.#blocks.find(({ actions }) => !actions || (action !== undefined && actions.has(action)))?.source;
  }

  withdraw(action: string): void {
    this.#actions.delete(action);
    this.#sorted = undefined;
  }

  offer(spec: ActionSpec): void {
    checkAction(spec);
    this.#add(spec);
  }

  /** The same for actions that `checkAction` has seen. */
  offerAll(specs: readonly ActionSpec[]): void {
    for (const spec of specs) this.#add(spec);
  }

  #add(spec: ActionSpec): void {
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
