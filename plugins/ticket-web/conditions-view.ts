import {
  evaluatePredicate,
  type Field,
  mayBeTold,
  type Predicate,
  predicateFields,
  storedText,
  type TicketForm,
  type Values,
} from 'tracts';
import type { Viewer } from './field-view.ts';

/** The conditions of a field as JSON for `templates/static/conditions.js`; `''` for none. */
export interface WhenView {
  readonly visibleIf: string;
  readonly requiredIf: string;
  readonly editableIf: string;
  /** Disabled whatever the conditions say. */
  readonly fixed: boolean;
}

/** The conditions of a field that the page may know; null when there are none. */
export function viewWhen(field: Field, form: TicketForm): WhenView | null {
  const sent = (predicate: Predicate | undefined): string =>
    predicate && mayBeTold(predicate, form) ? JSON.stringify(predicate) : '';
  const [visibleIf, requiredIf, editableIf] = [sent(field.visibleIf), sent(field.requiredIf), sent(field.editableIf)];
  if (visibleIf === '' && requiredIf === '' && editableIf === '') return null;
  return { visibleIf, requiredIf, editableIf, fixed: field.disabled && editableIf === '' };
}

type Fact = { readonly list?: true } & ({ readonly control: string } | { readonly text: string });

/** Where the page finds each value that the conditions ask about, as JSON; `''` when nothing asks. */
export function viewConditionFacts(form: TicketForm, offered: ReadonlySet<string>, viewer: Viewer): string {
  const asked = new Set<string>();
  for (const { visibleIf, requiredIf, editableIf } of form.fields.values())
    for (const predicate of [visibleIf, requiredIf, editableIf])
      if (predicate && mayBeTold(predicate, form)) for (const name of predicateFields(predicate)) asked.add(name);
  if (asked.size === 0) return '';
  return JSON.stringify(Object.fromEntries([...asked].map((name) => [name, factOf(name, form, offered, viewer)])));
}

function factOf(name: string, form: TicketForm, offered: ReadonlySet<string>, viewer: Viewer): Fact {
  const field = form.fields.get(name);
  if (!field) return { control: 'action' };
  const list = field.format === 'list' ? ({ list: true } as const) : {};
  if (offered.has(name) && field.control === `field_${name}`) return { control: field.control, ...list };
  return { text: viewer.hide(storedText(viewer.typeOf(field.type), field.value)), ...list };
}

/** Tells whether the field belongs to the ticket as it is stored, whatever a form was sent with. */
export function appliesTo(field: Field, stored: Values, form: TicketForm, viewer: Viewer): boolean {
  const { visibleIf } = field;
  if (!visibleIf) return true;
  if (!mayBeTold(visibleIf, form)) return field.applies;
  return evaluatePredicate(visibleIf, {
    textOf: (name) => storedText(viewer.typeOf(form.fields.get(name)?.type ?? 'text'), stored[name] ?? ''),
    isList: (name) => form.fields.get(name)?.format === 'list',
  });
}
