import type { FormDraft } from './form.ts';
import { type TypeOf, textFor } from './submission.ts';
import type { Field, Offer, Problem, TicketForm, Values } from './types.ts';

/** What the controllers behind an action change, merged. */
export interface MergedChanges {
  readonly values: Readonly<Record<string, unknown>>;
  readonly comment: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const labelFor = (form: TicketForm, name: string): string => form.fields.get(name)?.label ?? name;
const typeFor = (form: FormDraft, name: string): string => form.definitions.get(name)?.type ?? 'text';

/** Tells whether two values of a field would be stored alike. */
const sameIn = (form: FormDraft, typeOf: TypeOf, name: string, a: unknown, b: unknown): boolean => {
  const type = typeOf(typeFor(form, name));
  return textFor(type, a) === textFor(type, b);
};

/**
 * Asks every controller behind the action for its changes. Two that set one field differently are a problem naming both
 * (WF-16); a person's edit of a field that the action sets gives way and a warning says so.
 */
export function mergeChanges(
  form: FormDraft,
  offer: Offer,
  inputs: Values,
  edited: Values,
  after: Values,
  typeOf: TypeOf,
): MergedChanges {
  const merged = new Map<string, { readonly value: unknown; readonly source: string }>();
  const problems = offer.specs.flatMap(({ spec }) => [...(spec.problems?.(inputs, after) ?? [])]);
  for (const { name, value, source } of allChanges(offer, inputs, after)) {
    const rival = merged.get(name);
    if (rival && !sameIn(form, typeOf, name, rival.value, value))
      problems.push(disagreement(form, offer, name, rival.source, source));
    else merged.set(name, { value, source });
  }
  const values = Object.fromEntries([...merged].map(([name, { value }]) => [name, value]));
  const warnings = Object.keys(edited)
    .filter((name) => merged.has(name) && !sameIn(form, typeOf, name, values[name], edited[name]))
    .map((name): Problem => {
      const message = `The action “${offer.label}” sets ${labelFor(form, name)}; your own entry there gives way.`;
      return { field: form.fields.get(name)?.control ?? name, message };
    });
  const comment = offer.specs
    .map(({ spec }) => spec.comment?.(inputs) ?? '')
    .filter(Boolean)
    .join('\n\n');
  return { values, comment, problems, warnings };
}

interface SingleChange {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
}

function* allChanges(offer: Offer, inputs: Values, after: Values): Generator<SingleChange> {
  for (const { source, spec } of offer.specs)
    for (const [name, value] of Object.entries(spec.changes?.(inputs, after) ?? {}))
      if (value !== undefined) yield { name, value, source };
}

const disagreement = (form: TicketForm, offer: Offer, name: string, one: string, other: string): Problem => ({
  message:
    `${one} and ${other} set ${labelFor(form, name)} to different values for the action “${offer.label}”. ` +
    'An administrator must review [ticket] workflow in trac.ini.',
});

/** Fields whose stored text differs between two states. */
export function changedFields(fields: ReadonlyMap<string, Field>, before: Values, after: Values, typeOf: TypeOf): Set<string> {
  const changed = new Set<string>();
  for (const name of Object.keys(after)) {
    const type = typeOf(fields.get(name)?.type ?? 'text');
    if (textFor(type, before[name]) !== textFor(type, after[name])) changed.add(name);
  }
  return changed;
}
