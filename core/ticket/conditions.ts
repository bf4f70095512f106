import type { FormDraft } from './form.ts';
import { evaluatePredicate, type Predicate, parsePredicate, predicateFields, predicateFor, type Subject } from './predicate.ts';
import { type TypeOf, textFor } from './submission.ts';
import type { Field, Problem, TicketContext, TicketForm } from './types.ts';

/** A condition as somebody wrote it, read once. */
export interface CompiledCondition {
  readonly predicate: Predicate | undefined;
  /** Fields it asks about, the chosen `action` apart. */
  readonly names: readonly string[];
  /** Why it cannot be read. */
  readonly fault: string | undefined;
}

function compile(text: string): CompiledCondition {
  try {
    const predicate = parsePredicate(text);
    return { predicate, names: [...predicateFields(predicate)].filter((name) => name !== 'action'), fault: undefined };
  } catch (error) {
    return { predicate: undefined, names: [], fault: (error as Error).message };
  }
}

const MOST_KEPT = 1000;

/** Reads conditions, each text once. A provider may make up texts without end: then the first ones are kept. */
export function conditionReader(): (text: string) => CompiledCondition {
  const known = new Map<string, CompiledCondition>();
  return (text) => {
    const compiled = known.get(text) ?? compile(text);
    if (known.size < MOST_KEPT) known.set(text, compiled);
    return compiled;
  };
}

const hasCondition = ({ visibleIf, requiredIf, editableIf }: Field): boolean =>
  visibleIf !== undefined || requiredIf !== undefined || editableIf !== undefined;

/** Drops conditions that cannot change anything, and puts the person in the place of `$USER`. Once, when the form is ready. */
function prepareConditions({ user }: TicketContext, fields: Iterable<Field>): void {
  for (const field of fields) {
    if (!hasCondition(field)) continue;
    field.visibleIf &&= predicateFor(field.visibleIf, user);
    field.requiredIf &&= field.required ? undefined : predicateFor(field.requiredIf, user);
    field.editableIf &&= field.disabled ? undefined : predicateFor(field.editableIf, user);
  }
}

/** A condition that asks about what the person must not see is nobody's business outside. */
export const mayBeTold = (predicate: Predicate, { fields }: TicketForm): boolean =>
  [...predicateFields(predicate)].every((name) => name === 'action' || fields.has(name));

/** What the conditions of a form are asked about. `definitions`: every field, seen or not. */
export interface Situation {
  readonly definitions: ReadonlyMap<string, Field>;
  readonly valueIn: (name: string) => unknown;
  readonly action: string;
  readonly typeOf: TypeOf;
}

/** Fields as predicates see them: stored texts, each made once, and the chosen action under `action`. */
function subjectOf({ definitions, valueIn, action, typeOf }: Situation): Subject {
  const known = new Map<string, string>();
  const write = (name: string): string => {
    const field = definitions.get(name);
    const text = name === 'action' && !field ? action : textFor(typeOf(field?.type ?? 'text'), valueIn(name));
    known.set(name, text);
    return text;
  };
  return {
    textOf: (name) => known.get(name) ?? write(name),
    isList: (name) => definitions.get(name)?.format === 'list',
  };
}

/** Says of every field with a condition whether it applies, is required, is disabled. Values count whether shown or not. */
function settleConditions(fields: Iterable<Field>, situation: Situation): void {
  let subject: Subject | undefined;
  for (const field of fields) {
    if (!hasCondition(field)) continue;
    subject ??= subjectOf(situation);
    if (field.visibleIf) field.applies = evaluatePredicate(field.visibleIf, subject);
    if (field.requiredIf) field.required = evaluatePredicate(field.requiredIf, subject);
    if (field.editableIf) field.disabled = !evaluatePredicate(field.editableIf, subject);
  }
}

/** Prepares a form's conditions and settles them with what it shows and its first action chosen. */
export function settleForm(ctx: TicketContext, form: FormDraft, typeOf: TypeOf): void {
  const conditioned = [...form.fields.values()].filter(hasCondition);
  if (conditioned.length === 0) return;
  prepareConditions(ctx, conditioned);
  const valueIn = (name: string): unknown => (form.fields.get(name) ?? { value: ctx.ticket.values[name] }).value;
  const [action = ''] = form.actions.keys();
  settleConditions(conditioned, { definitions: form.definitions, valueIn, action, typeOf });
}

/** Unlocks what a condition locked, so that a submission can be read before it is known what holds with its values. */
export function suspendConditions(fields: Iterable<Field>): void {
  for (const field of fields) if (field.editableIf) field.disabled = false;
}

interface Edits {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

const isOut = (field: Field): boolean => !field.applies || field.disabled;

const refusalOf = ({ applies, control, label }: Field): Problem => ({
  field: control,
  message: applies
    ? `${label} cannot be changed with these values; your entry is taken out.`
    : `${label} is not asked for with these values; your entry is taken out.`,
});

/**
 * Settles the conditions with what was sent. An edit of a field that does not apply, or is locked, is a problem and taken
 * out, and so is a complaint about it that nobody could put right any more; then the others are looked at again.
 */
export function settleEdits(fields: ReadonlyMap<string, Field>, edits: Edits, situation: Situation): Edits {
  const conditioned = [...fields.values()].filter(hasCondition);
  if (conditioned.length === 0) return edits;
  const kept = { ...edits.fields };
  const { valueIn: before } = situation;
  const valueIn = (name: string): unknown => (Object.hasOwn(kept, name) ? kept[name] : before(name));
  const refusals = new Map<string, Problem>();
  const takeOut = (field: Field): void => {
    delete kept[field.name];
    field.value = before(field.name) ?? '';
    refusals.set(field.control, refusalOf(field));
  };
  for (;;) {
    settleConditions(conditioned, { ...situation, valueIn });
    const out = conditioned.filter((field) => Object.hasOwn(kept, field.name) && isOut(field));
    if (out.length === 0) break;
    out.forEach(takeOut);
  }
  const faulty = new Set(edits.problems.map(({ field }) => field));
  for (const field of conditioned) if (faulty.has(field.control) && isOut(field)) takeOut(field);
  return { fields: kept, problems: [...edits.problems.filter(({ field = '' }) => !refusals.has(field)), ...refusals.values()] };
}
