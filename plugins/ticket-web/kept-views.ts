import { LRUCache } from 'lru-cache';
import type { Field, FieldType } from 'tracts';
import type { FieldView, Viewer } from './field-view.ts';

/** All that decides what a field looks like, beside the field itself. */
export interface Look {
  readonly type: FieldType;
  /** The stored text of the value. */
  readonly text: string;
  /** `typeof` the value: what could not be read is still a string. */
  readonly kind: string;
  readonly changed: boolean;
  readonly ariaLabel: string;
  readonly inAction: boolean;
  /** How long ago the instant was, in words; `''`: the value is none; undefined: nobody says what time it is. */
  readonly age: string | undefined;
  readonly extra: Readonly<Record<string, unknown>>;
}

interface Kept extends Look {
  readonly field: Field;
  readonly hide: Viewer['hide'];
  readonly timeZone: string;
  readonly hasLists: boolean | undefined;
  /** The address of the front page stands for the prefix of all addresses. */
  readonly front: string;
  readonly view: FieldView;
}

const LONGEST_TEXT = 4_000;
/** Characters, roughly, of a view and of what a template makes of it, beside its text. */
const VIEW_SIZE = 3_000;
const MOST_LOOKS = 8;
const MOST_CHARACTERS = 2_000_000;

/**
 * Views of fields that look the same again and again: a form is mostly the same few choices for everybody. What is kept is
 * frozen, and `call_macro` draws a frozen view once. A view is found by comparing everything it was made from, so nothing has to
 * be told that it is out of date.
 */
const kept = new LRUCache<string, readonly Kept[]>({
  maxSize: MOST_CHARACTERS,
  sizeCalculation: (looks, key) => looks.length * (VIEW_SIZE + 6 * key.length),
});

const keyOf = ({ control }: Field, { text }: Look): string => `${control} ${text}`;

/** A view made from the same before; undefined: none, or this one cannot be kept. */
export function keptView(field: Field, look: Look, viewer: Viewer): FieldView | undefined {
  if (!isKeepable(look)) return undefined;
  const front = viewer.href('/');
  const found = kept
    .get(keyOf(field, look))
    ?.find(
      (one) =>
        one.kind === look.kind &&
        one.changed === look.changed &&
        one.ariaLabel === look.ariaLabel &&
        one.inAction === look.inAction &&
        one.age === look.age &&
        one.type === look.type &&
        one.hide === viewer.hide &&
        one.front === front &&
        one.timeZone === viewer.timeZone &&
        one.hasLists === viewer.hasLists &&
        isSameField(one.field, field) &&
        isSameRecord(one.extra, look.extra),
    );
  return found?.view;
}

const isKeepable = ({ text, age }: Look): boolean => age !== undefined && text.length <= LONGEST_TEXT;

/** Keeps a view and hands it back frozen; long texts, and instants of which nobody says how old they are, come back as they are. */
export function keepView(view: FieldView, field: Field, look: Look, viewer: Viewer): FieldView {
  if (!isKeepable(look) || !isConstant(look.extra)) return view;
  const { hide, timeZone, hasLists } = viewer;
  const entry: Kept = {
    ...look,
    field: { ...field, options: [...field.options] },
    hide,
    timeZone,
    hasLists,
    front: viewer.href('/'),
    view: Object.freeze(view),
  };
  const key = keyOf(field, look);
  // The oldest goes: on a busy site the common ones come back at once.
  kept.set(key, [...(kept.get(key) ?? []).slice(1 - MOST_LOOKS), entry]);
  return view;
}

const MOST_SHAPES = 500;
const shapes = new Map<string, Field[]>();

/**
 * One object for all fields that say the same of themselves, whatever their value: what was made from one need not be made
 * again. Its conditions are those of the first such field.
 */
export function shapeOf(field: Field): Field {
  const list = shapes.get(field.name) ?? [];
  const found = list.find((one) => isSameField(one, field));
  if (found) return found;
  if (shapes.size >= MOST_SHAPES) shapes.clear();
  const shape = Object.freeze({ ...field, options: [...field.options] });
  shapes.set(field.name, [...list.slice(1 - MOST_LOOKS), shape]);
  return shape;
}

/** What a type adds and never changes: texts, numbers, and frozen lists. */
const isConstant = (extra: Look['extra']): boolean =>
  Object.values(extra).every((value) => typeof value !== 'object' || value === null || Object.isFrozen(value));

/** The attributes that a view is made of. The value counts by its text; conditions make a view that is not kept. */
function isSameField(a: Field, b: Field): boolean {
  return isSameState(a, b) && isSameShape(a, b) && isSameChoice(a, b) && isSameRecord(a.attributes, b.attributes);
}

const isSameState = (a: Field, b: Field): boolean =>
  a.editable === b.editable &&
  a.disabled === b.disabled &&
  a.required === b.required &&
  a.visible === b.visible &&
  a.applies === b.applies &&
  a.optional === b.optional &&
  a.custom === b.custom &&
  a.internal === b.internal &&
  a.plaintext === b.plaintext;

const isSameShape = (a: Field, b: Field): boolean =>
  a.name === b.name &&
  a.type === b.type &&
  a.label === b.label &&
  a.title === b.title &&
  a.help === b.help &&
  a.group === b.group &&
  a.format === b.format &&
  a.fullrow === b.fullrow &&
  a.size === b.size &&
  a.rows === b.rows &&
  a.cols === b.cols &&
  a.maxSize === b.maxSize &&
  a.ticketlinkQuery === b.ticketlinkQuery;

function isSameChoice(a: Field, b: Field): boolean {
  if (a.options.length !== b.options.length || a.optionGroups !== b.optionGroups) return false;
  for (let index = 0; index < a.options.length; index++) if (a.options[index] !== b.options[index]) return false;
  return isSameRecord(a.optionLabels, b.optionLabels);
}

function isSameRecord(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
