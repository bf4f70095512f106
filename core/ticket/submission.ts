import { RepeatedValueError } from '../kernel/errors.ts';
import type { FieldType } from './extension-points.ts';
import type { Field, Offer, Problem, Submission, TicketContext, TicketForm, Values } from './types.ts';
import { InvalidValueError, isEmpty, PROTECTED_FIELDS } from './values.ts';

/** Finds a field type by name. */
export type TypeOf = (name: string) => FieldType;

/** What a submission says, once the field types have read it. */
export interface ParsedSubmission {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Characters that no text may hold: NUL is refused by PostgreSQL and cuts strings short elsewhere. */
const FORBIDDEN = /\0/;
/** A lone surrogate cannot be stored as UTF-8. */
const isWellFormed = (text: string): boolean =>
  !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);

/** A sentence when the text cannot be stored; `limit` in characters, 0 for none. */
export function textFault(text: string, limit: number | undefined): string | undefined {
  if (FORBIDDEN.test(text) || !isWellFormed(text))
    return 'This text has characters that cannot be stored (NUL or broken Unicode). Remove them.';
  return sizeFault(text, limit);
}

/** Counted in characters and not in UTF-16 units; those are only counted where there are too many units. */
function sizeFault(text: string, limit: number | undefined): string | undefined {
  if (!limit || text.length <= limit) return undefined;
  let size = 0;
  for (const _character of text) size++;
  return size > limit ? `This text is too long: ${size} characters, ${limit} at most.` : undefined;
}

const textsOf = (raw: unknown): readonly string[] =>
  typeof raw === 'string' ? [raw] : Array.isArray(raw) ? raw.filter((one) => typeof one === 'string') : [];

type Outcome = { readonly value: unknown } | { readonly fault: string };

/** What is stored counts: blanks at the ends of a line and a browser's CR do not. */
function measured(value: unknown, raw: unknown, { maxSize }: Field): Outcome {
  const texts = typeof value === 'string' ? [value] : textsOf(raw);
  const fault = texts.map((text) => sizeFault(text, maxSize)).find(Boolean);
  return fault ? { fault } : { value };
}

async function parseOne(raw: unknown, field: Field, type: FieldType, ctx: TicketContext): Promise<Outcome> {
  if (Array.isArray(raw) && raw.length > 1 && !type.several) throw new RepeatedValueError(field.control);
  for (const text of textsOf(raw)) {
    const fault = textFault(text, undefined);
    if (fault) return { fault };
  }
  try {
    const parsed: unknown = await type.parse(raw, field, ctx);
    return measured(typeof parsed === 'string' && field.normalise ? field.normalise(parsed) : parsed, raw, field);
  } catch (error) {
    if (error instanceof InvalidValueError || (error as { code?: unknown }).code === 'INVALID_VALUE')
      return { fault: (error as Error).message };
    throw error;
  }
}

/** An input, read: `value` is what was sent where that cannot be read. */
export interface ReadInput {
  readonly value: unknown;
  /** Why it is refused, in a sentence. */
  readonly fault: string | undefined;
}

/** Labels of inputs are often words of a sentence, such as “as”: alone they would not tell what a fault is about. */
function nameIn({ label: action }: Offer, { title, label }: Field): string {
  const name = title || label;
  return /^\p{Ll}/u.test(name) ? `“${name}” of the action “${action}”` : name;
}

/** Reads what was sent for one input of an action. */
export async function readInput(
  ctx: TicketContext,
  offer: Offer,
  input: Field,
  raw: unknown,
  typeOf: TypeOf,
): Promise<ReadInput> {
  const named = { ...input, label: nameIn(offer, input) };
  const outcome = await parseOne(raw ?? '', named, typeOf(input.type), ctx);
  if ('fault' in outcome) return { value: raw, fault: outcome.fault };
  const { value } = outcome;
  return { value, fault: input.required && isEmpty(value) ? `${named.label} is needed.` : input.accept?.(value) };
}

const sameText = (type: FieldType, a: unknown, b: unknown): boolean => textFor(type, a) === textFor(type, b);

/** The text that the database and the history keep of a value. */
export const textFor = (type: FieldType, value: unknown): string => (isEmpty(value) ? '' : type.serialise(value));

/** What becomes of a field that nobody may fill in, as Trac's clients send it all the same. */
function ignored(control: string, name: string, label: string): Problem {
  const why = name === 'status' || name === 'resolution' ? 'is set by the workflow' : 'cannot be set';
  return { field: control, message: `${label} ${why}: what was sent for it is ignored.` };
}

class Parser {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly ctx: TicketContext;
  readonly form: TicketForm;
  readonly typeOf: TypeOf;

  constructor(ctx: TicketContext, form: TicketForm, typeOf: TypeOf) {
    this.ctx = ctx;
    this.form = form;
    this.typeOf = typeOf;
  }

  async fields(sent: Values): Promise<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    for (const [key, raw] of Object.entries(sent)) {
      const field = this.#find(key);
      const box = field ? undefined : this.#boxOf(key);
      if (field) await this.#field(field, raw, values);
      else if (box) await this.#boxAlone(box, sent, values);
      else if (PROTECTED_FIELDS.has(key)) this.warnings.push(ignored(`field_${key}`, key, key));
      else this.problems.push({ field: `field_${key}`, message: `There is no field “${key}” to fill in here.` });
    }
    return values;
  }

  /** A field by its name or that of its control. */
  #find(key: string): Field | undefined {
    return this.form.fields.get(key) ?? [...this.form.fields.values()].find((one) => one.control === key);
  }

  /** Trac's companion of a box, sent always: it tells a box without a mark from one that was not shown. */
  #boxOf(key: string): Field | undefined {
    const name = /^(?:field_)?checkbox_(.+)$/.exec(key)?.[1];
    const field = name === undefined ? undefined : this.form.fields.get(name);
    return field?.type === 'checkbox' ? field : undefined;
  }

  async #boxAlone(box: Field, sent: Values, values: Record<string, unknown>): Promise<void> {
    if (sent[box.name] === undefined && sent[box.control] === undefined) await this.#field(box, '0', values);
  }

  async #field(field: Field, raw: unknown, values: Record<string, unknown>): Promise<void> {
    const type = this.typeOf(field.type);
    const before = field.value;
    const outcome = await parseOne(raw, field, type, this.ctx);
    const changed = 'fault' in outcome || !sameText(type, outcome.value, before);
    if (!changed) return;
    if (PROTECTED_FIELDS.has(field.name)) {
      this.warnings.push(ignored(field.control, field.name, field.label));
      return;
    }
    const fault = this.#fault(field, outcome);
    field.value = 'value' in outcome ? outcome.value : raw;
    if (fault) this.problems.push({ field: field.control, message: fault });
    else if ('value' in outcome) values[field.name] = outcome.value;
  }

  #fault(field: Field, outcome: Outcome): string | undefined {
    if (!field.editable || field.disabled) return `You may not change ${field.label}.`;
    return 'fault' in outcome ? outcome.fault : field.accept?.(outcome.value);
  }

  /** Inputs of one action; what belongs to another action's controls is passed over, as a web form sends them all. */
  async inputs(offer: Offer, sent: Values): Promise<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    for (const key of Object.keys(sent))
      if (!key.startsWith('action_') && !offer.inputs.has(key))
        this.problems.push({ field: key, message: `The action “${offer.name}” does not ask for “${key}”.` });
    for (const input of offer.inputs.values()) {
      const raw = sent[input.control] ?? sent[input.name] ?? input.value;
      const { value, fault } = await readInput(this.ctx, offer, input, raw, this.typeOf);
      if (fault) this.problems.push({ field: input.control, message: fault });
      else values[input.name] = value;
      input.value = value;
    }
    return values;
  }
}

/**
 * Reads a submission against the form: what the form does not offer is a problem, what equals the present value is no
 * change. The form's fields and inputs take on what was sent, so that it can be shown again filled in.
 */
export async function parseSubmission(
  ctx: TicketContext,
  form: TicketForm,
  offer: Offer | undefined,
  submission: Submission,
  typeOf: TypeOf,
): Promise<ParsedSubmission> {
  const parser = new Parser(ctx, form, typeOf);
  const fields = await parser.fields(submission.fields ?? {});
  const inputs = offer ? await parser.inputs(offer, submission.inputs ?? {}) : {};
  return { fields, inputs, problems: parser.problems, warnings: parser.warnings };
}
