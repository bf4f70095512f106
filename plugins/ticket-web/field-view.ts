import {
  displayText,
  type Field,
  type FieldType,
  formatAge,
  type OperationContext,
  type Problem,
  storedText,
  type TicketForm,
  typedText,
} from 'tracts';
import type { WhenView } from './conditions-view.ts';
import { keepView, keptView, type Look } from './kept-views.ts';

/** What the presenter must know of the person who looks. */
export interface Viewer {
  /** A path of this site as the browser must ask for it. */
  href(path: string): string;
  /** Text as this person may read it: e-mail addresses cut, or not. */
  hide(text: string): string;
  typeOf(name: string): FieldType;
  /** In which instants are shown and typed. */
  readonly timeZone: string;
  /** To tell how old instants are; without it they are drawn anew each time. */
  readonly now?: Date;
  /** False: there is no page of lists that a value could lead to. */
  readonly hasLists?: boolean;
}

interface OptionView {
  readonly value: string;
  readonly text: string;
  readonly selected: boolean;
}

/** Options under a heading; `''`: under none. */
interface OptionGroupView {
  readonly label: string;
  readonly options: readonly OptionView[];
}

/** A field as templates get it: `edit(field)` draws the control with label and messages, `show(field)` the value alone. */
export interface FieldView {
  readonly name: string;
  readonly control: string;
  /** Name of the hidden control that says “asked, and not marked” (Trac's `field_checkbox_<name>`). */
  readonly companion: string;
  readonly id: string;
  readonly type: string;
  readonly template: string;
  readonly label: string;
  /** The label as HTML where something in it is marked up; `''`: as it is. */
  readonly labelHtml: string;
  /** The value as HTML where it is a text that was formatted; `''`: as `shown` has it. */
  readonly html: string;
  /** Name for a control without a label of its own. */
  readonly ariaLabel: string;
  /** What the control holds. */
  readonly text: string;
  /** What people read. */
  readonly shown: string;
  readonly empty: boolean;
  /** Set for values that are instants. */
  readonly time: Date | null;
  readonly checked: boolean;
  /** The form proposes another value than the stored one. */
  readonly changed: boolean;
  readonly options: readonly OptionView[];
  /** The same under their headings; empty where there are none. */
  readonly optionGroups: readonly OptionGroupView[];
  /** The only choice there is: shown as text, sent along unseen. */
  readonly single: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  readonly disabled: boolean;
  readonly visible: boolean;
  readonly editable: boolean;
  readonly fullrow: boolean;
  readonly plaintext: boolean;
  readonly group: string;
  readonly title: string;
  readonly help: string;
  readonly format: string;
  readonly size: number;
  readonly rows: number;
  readonly cols: number;
  readonly maxSize: number;
  /** Where the value leads; `''` for nowhere. */
  readonly href: string;
  readonly problem: string;
  /** Ids for `aria-describedby`; `''` for none. */
  readonly describedBy: string;
  /** False while its condition does not hold: in the page it is there, hidden, for `when` to show it. */
  readonly applies: boolean;
  readonly when: WhenView | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** What the field type adds (`FieldType.present`). */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Problems by control name; several of one control read as one text. */
export function problemsByControl(problems: readonly Problem[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { field, message } of problems) {
    if (field === undefined) continue;
    const before = found.get(field);
    found.set(field, before === undefined ? message : `${before} ${message}`);
  }
  return found;
}

/** What people read; an option reads as its label. */
const readable = (value: unknown, text: string, field: Field, type: FieldType, { timeZone }: Viewer): string =>
  field.optionLabels[text] ?? displayText(type, value, field, timeZone);

const option = (field: Field, value: string, text: string, viewer: Viewer): OptionView => ({
  value,
  text: viewer.hide(field.optionLabels[value] ?? value),
  selected: value === text,
});

/** A stored value that is no longer among the options stays choosable: saving something else must not change it. */
function optionsOf(field: Field, text: string, viewer: Viewer): OptionView[] {
  if (field.options.length === 0) return [];
  const values = new Set(field.options);
  if (field.optional || (text === '' && !field.required)) values.delete('');
  const options = [...values].map((value) => option(field, value, text, viewer));
  if (text !== '' && !values.has(text)) options.unshift(option(field, text, text, viewer));
  return options;
}

const UNGROUPED: readonly OptionGroupView[] = [];

function groupsOf({ optionGroups }: Field, options: readonly OptionView[]): readonly OptionGroupView[] {
  if (optionGroups.length === 0) return UNGROUPED;
  const rest = new Map(options.map((one) => [one.value, one]));
  const groups = optionGroups.map(({ label, options: members }) => ({
    label,
    options: members.flatMap((value) => {
      const found = rest.get(value);
      rest.delete(value);
      return found ?? [];
    }),
  }));
  return [{ label: '', options: [...rest.values()] }, ...groups].filter((group) => group.options.length > 0);
}

/** A short value of a column leads to the tickets that share it; one that holds an address must not show it in a link. */
function linkOf(field: Field, text: string, viewer: Viewer): string {
  const short = !field.fullrow && (field.format === '' || field.format === 'reference' || field.options.length > 0);
  if (viewer.hasLists === false || text === '' || field.custom || !short || viewer.hide(text) !== text) return '';
  const query = new URLSearchParams((field.ticketlinkQuery ?? '?status=!closed').replace(/^\?/, ''));
  query.set(field.name, text);
  return viewer.href(`/query?${query.toString()}`);
}

/** Words that a control must carry so that its help and its problem are read out with it. */
const describedBy = (control: string, help: string, problem: string): string =>
  [help && `help-${control}`, problem && `problem-${control}`].filter(Boolean).join(' ');

const companionOf = (control: string): string =>
  control.startsWith('field_') ? `field_checkbox_${control.slice('field_'.length)}` : `checkbox_${control}`;

interface Situation {
  /** Shown instead of the form's value. */
  readonly value?: unknown;
  /** What is stored, to tell a proposed value from it. */
  readonly stored?: unknown;
  readonly problem?: string | undefined;
  /** Label for a control that has none: an action's input. */
  readonly ariaLabel?: string;
  readonly inAction?: boolean;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly when?: WhenView | null;
}

/** Text that a control is filled with: an address must not be seen, but come back whole (see `restoreAddresses`). */
function controlText(value: unknown, field: Field, text: string, type: FieldType, viewer: Viewer): string {
  return field.options.length > 0 ? text : viewer.hide(typedText(type, value, field, viewer.timeZone));
}

/** One field as plain data, frozen where it was made before. `extra` is what the type's `present` gave. */
export function viewField(field: Field, viewer: Viewer, situation: Situation = {}): FieldView {
  const type = viewer.typeOf(field.type);
  const value = 'value' in situation ? situation.value : field.value;
  const text = storedText(type, value);
  const look: Look = {
    type,
    text,
    kind: typeof value,
    changed: 'stored' in situation && situation.stored !== value && storedText(type, situation.stored) !== text,
    ariaLabel: situation.ariaLabel ?? '',
    inAction: situation.inAction === true,
    extra: situation.extra ?? NOTHING,
    age: value instanceof Date ? viewer.now && formatAge(value, viewer.now) : '',
  };
  const problem = situation.problem ?? '';
  const when = situation.when ?? null;
  if (problem !== '' || when) return makeView(field, value, look, viewer, problem, when);
  return keptView(field, look, viewer) ?? keepView(makeView(field, value, look, viewer, '', null), field, look, viewer);
}

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

function makeView(
  field: Field,
  value: unknown,
  { type, text, changed, ariaLabel, inAction, extra }: Look,
  viewer: Viewer,
  problem: string,
  when: WhenView | null,
): FieldView {
  const options = optionsOf(field, text, viewer);
  return {
    name: field.name,
    control: field.control,
    companion: companionOf(field.control),
    id: `field-${field.control}`,
    type: field.type,
    template: type.template,
    label: field.label,
    labelHtml: '',
    html: '',
    ariaLabel,
    text: controlText(value, field, text, type, viewer),
    shown: viewer.hide(readable(value, text, field, type, viewer)),
    empty: text === '',
    time: value instanceof Date ? value : null,
    checked: value === true || text === '1',
    changed,
    options,
    optionGroups: groupsOf(field, options),
    single: inAction && field.options.length === 1 && !field.optional,
    optional: field.optional,
    required: field.required,
    disabled: field.disabled,
    visible: field.visible,
    editable: field.editable,
    fullrow: field.fullrow,
    plaintext: field.plaintext,
    title: field.title,
    help: field.help,
    format: field.format,
    size: field.size ?? 0,
    rows: field.rows ?? 0,
    cols: field.cols ?? 0,
    maxSize: field.maxSize ?? 0,
    group: field.group,
    href: linkOf(field, text, viewer),
    problem,
    describedBy: describedBy(field.control, field.help, problem),
    applies: field.applies,
    when,
    attributes: field.attributes,
    extra,
  };
}

/** Asks the field types for what their templates need; most need nothing, and then nothing is waited for. */
export async function extrasOf(
  form: TicketForm,
  viewer: Viewer,
  ctx: OperationContext,
): Promise<ReadonlyMap<Field, Readonly<Record<string, unknown>>>> {
  const found = new Map<Field, Readonly<Record<string, unknown>>>();
  const inputs = [...form.actions.values()].flatMap((offer) => [...offer.inputs.values()]);
  for (const field of [...form.fields.values(), ...inputs]) {
    const type = viewer.typeOf(field.type);
    const extra = type.present?.(field.value, field, ctx);
    if (extra) found.set(field, extra instanceof Promise ? await extra : extra);
  }
  return found;
}
