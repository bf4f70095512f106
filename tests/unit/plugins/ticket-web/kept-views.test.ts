import { expect, test } from 'vitest';
import type { FieldSpec, FieldType } from '../../../../core/index.ts';
import { toField } from '../../../../core/ticket/form.ts';
import { hideAddresses } from '../../../../plugins/addresses/api.ts';
import { select } from '../../../../plugins/field-types/choice.ts';
import { text } from '../../../../plugins/field-types/text.ts';
import { time } from '../../../../plugins/field-types/time.ts';
import { type Viewer, viewField } from '../../../../plugins/ticket-web/field-view.ts';
import { shapeOf } from '../../../../plugins/ticket-web/kept-views.ts';

const types = new Map([select, text, time].map((type) => [type.name, type as unknown as FieldType]));
const typeOf = (name: string): FieldType => types.get(name) ?? (text as unknown as FieldType);
const plain = (value: string): string => value;
const seer: Viewer = { href: (path) => path, hide: plain, typeOf, timeZone: 'UTC' };
const field = (spec: Partial<FieldSpec>, value: unknown) => {
  const made = toField({ name: 'kept', type: 'select', options: ['a', 'b'], ...spec }, 'test');
  made.value = value;
  return made;
};

test('the same field looks the same, and is then one object that nobody can change', () => {
  const first = viewField(field({}, 'a'), seer);
  expect(viewField(field({}, 'a'), seer)).toBe(first);
  expect(Object.isFrozen(first)).toBe(true);
});

test.each<[string, Partial<FieldSpec>, unknown]>([
  ['value', {}, 'b'],
  ['label', { label: 'Other' }, 'a'],
  ['options', { options: ['a', 'c'] }, 'a'],
  ['option labels', { optionLabels: { a: 'The first' } }, 'a'],
  ['help', { help: 'Choose.' }, 'a'],
  ['required', { required: true }, 'a'],
  ['disabled', { disabled: true }, 'a'],
  ['attributes', { attributes: { x: 'y' } }, 'a'],
  ['control', { control: 'field_other' }, 'a'],
])('another %s is another view', (_what, spec, value) => {
  const first = viewField(field({}, 'a'), seer);
  expect(viewField(field(spec, value), seer)).not.toBe(first);
});

test('what one reader sees is not shown to another', () => {
  const owner = field({ name: 'owner', type: 'text', options: [] }, 'joe@example.org');
  expect(viewField(owner, seer).shown).toBe('joe@example.org');
  expect(viewField(owner, { ...seer, hide: hideAddresses }).shown).toBe('joe@…');
  expect(viewField(owner, { ...seer, href: (path) => `/prefix${path}` }).href).toMatch(/^\/prefix\//);
  expect(viewField(owner, { ...seer, hasLists: false }).href).toBe('');
  expect(viewField(owner, seer).href).toMatch(/^\/query/);
});

test('a problem, a very long text, and a time of which nobody says how old it is, are drawn anew each time', () => {
  const bad = viewField(field({}, 'a'), seer, { problem: 'No.' });
  expect([bad.problem, Object.isFrozen(bad)]).toEqual(['No.', false]);
  expect(viewField(field({}, 'a'), seer).problem).toBe('');
  expect(Object.isFrozen(viewField(field({ type: 'time', options: [] }, new Date(0)), seer))).toBe(false);
  expect(Object.isFrozen(viewField(field({ type: 'text', options: [] }, 'x'.repeat(5_000)), seer))).toBe(false);
});

test('a time looks the same until its age reads otherwise', () => {
  const at = (now: string) => viewField(field({ type: 'time', options: [] }, new Date(0)), { ...seer, now: new Date(now) });
  const first = at('1970-01-02T00:00:00Z');
  expect(Object.isFrozen(first)).toBe(true);
  expect(at('1970-01-02T05:00:00Z')).toBe(first);
  expect(at('1970-01-03T00:00:00Z')).not.toBe(first);
});

test('fields have one shape if they say the same of themselves, whatever their value', () => {
  const shape = shapeOf(field({}, 'a'));
  expect(shapeOf(field({}, 'b'))).toBe(shape);
  expect(Object.isFrozen(shape)).toBe(true);
  for (const other of [{ type: 'radio' }, { label: 'Other' }, { options: ['a'] }, { visible: false, editable: false }])
    expect(shapeOf(field(other, 'a'))).not.toBe(shape);
});
