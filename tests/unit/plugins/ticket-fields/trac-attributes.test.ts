import { describe, expect, test } from 'vitest';
import { type TracField, toTracField } from '../../../../core/cli/trac-field.ts';
import { parseConfiguration } from '../../../../core/config/configuration.ts';
import { toField } from '../../../../core/ticket/form.ts';
import { readCustomFields } from '../../../../plugins/ticket-fields/custom.ts';

const readIni = (ini: string, allowedEmpty: readonly string[] = []): readonly TracField[] =>
  readCustomFields(parseConfiguration(ini), allowedEmpty).specs.map((spec) =>
    toTracField(toField(spec, 'ticket-fields.CustomFields', undefined, true)),
  );

const customOf = (lines: string, allowedEmpty?: readonly string[]): readonly TracField[] =>
  readIni(`[ticket-custom]\n${lines}`, allowedEmpty);

const one = (lines: string): TracField | undefined => customOf(lines)[0];

// What Trac 1.6 makes of a [ticket-custom] section. In all of them the field is called `aa`.
describe('the default of a checkbox is read as a switch', () => {
  test.each([
    ['', '0'],
    ['aa.value =', '0'],
    ['aa.value = 1', '1'],
    ['aa.value = 0', '0'],
    ['aa.value = true', '1'],
    ['aa.value = Enabled', '1'],
    ['aa.value = ON', '1'],
    ['aa.value = no', '0'],
    ['aa.value = 2', '1'],
    ['aa.value = -1', '1'],
    ['aa.value = 0.0', '0'],
    ['aa.value = maybe', '0'],
    ['aa.value = y', '0'],
  ])('%s', (line, value) => {
    expect(one(`aa = checkbox\n${line}\n`)).toEqual({
      name: 'aa',
      custom: true,
      type: 'checkbox',
      order: 0,
      label: 'Aa',
      value,
      ticketlink_query: null,
    });
  });
});

describe('an empty option makes a choice optional wherever it stands, and the first of them is no option', () => {
  test.each([
    ['select', 'a|b', ['a', 'b'], undefined],
    ['select', '|a|b', ['a', 'b'], true],
    ['radio', 'a||b', ['a', 'b'], true],
    ['select', 'a|b|', ['a', 'b'], true],
    ['radio', 'a||b||c', ['a', 'b', '', 'c'], true],
    ['select', ' | a | |b', ['a', '', 'b'], true],
    ['select', '|', [''], true],
    ['select', '\n  |x\n  |y z', ['x', 'y z'], true],
    ['select', 'a|A|é|"q"', ['a', 'A', 'é', '"q"'], undefined],
    ['radio', 'a,b;c', ['a,b;c'], undefined],
  ])('%s of %j', (type, options, expected, optional) => {
    const field = one(`aa = ${type}\naa.options = ${options}\n`);
    expect([field?.options, field?.optional]).toEqual([expected, optional]);
  });

  test('as does its name among those that may be empty, in this spelling', () => {
    const fields = customOf('aa = radio\naa.options = a|b\nbb = select\nbb.options = a|b\n', ['aa', 'BB']);
    expect(fields.map(({ optional }) => optional)).toEqual([true, undefined]);
  });
});

describe('an attribute that is set to nothing is not one that is missing', () => {
  test.each([
    ['aa = time\naa.format =', { format: '' }],
    ['aa = time', { format: 'datetime' }],
    ['aa = text\naa.format =', { format: '' }],
    ['aa = text', { format: 'plain' }],
    ['aa = text\naa.format = list\naa.ticketlink_query =', { ticketlink_query: '' }],
    ['aa = text\naa.format = reference', { ticketlink_query: null }],
    ['aa = checkbox\naa.ticketlink_query =', { ticketlink_query: '' }],
    ['aa = radio\naa.options = a\naa.ticketlink_query = ?status=new', { ticketlink_query: '?status=new' }],
    ['aa = text\naa.label =', { label: 'Aa' }],
    ['aa = textarea\naa.rows =\naa.max_size =\naa.order =', { height: 0, max_size: 0, order: 0 }],
  ])('%j', (lines, expected) => {
    expect(one(`${lines}\n`)).toMatchObject(expected);
  });
});

describe('only the attributes that its type has are told', () => {
  const COMMON = ['name', 'custom', 'type', 'order', 'label', 'value'];
  test.each([
    ['text', [...COMMON, 'format', 'max_size']],
    ['textarea', [...COMMON, 'format', 'max_size', 'height']],
    ['time', [...COMMON, 'format']],
    ['checkbox', [...COMMON, 'ticketlink_query']],
    ['select', [...COMMON, 'options', 'ticketlink_query']],
    ['Select', COMMON],
    ['number', COMMON],
    ['no such type', COMMON],
    ['', COMMON],
  ])('of the type "%s"', (type, names) => {
    const rest = ['options = a|b', 'rows = 3', 'cols = 4', 'size = 5', 'max_size = 6', 'ticketlink_query = ?x=y', 'skip = true'];
    const field = one(`aa = ${type}\n${rest.map((line) => `aa.${line}\n`).join('')}`);
    expect(Object.keys(field ?? {}).sort()).toEqual([...names].sort());
  });
});

test('names that queries use, and names of fields that are there, are left out', () => {
  const reserved =
    'report order desc group groupdesc col row format max page verbose comment or id time changetime owner reporter cc summary description keywords';
  const taken = 'type status priority milestone component version resolution';
  const lines = `${reserved} ${taken} ok`.split(' ').map((name) => `${name} = text\n`);
  expect(customOf(lines.join('')).map(({ name }) => name)).toEqual(['ok']);
});

test('lines without a definition define nothing, and further dots name no attribute', () => {
  expect(customOf('bb.label = B\nbb.options = a|b\n')).toEqual([]);
  expect(one('aa.label.fr = Un\naa.value = %(x)s $y\naa : text\n')).toMatchObject({ label: 'Aa', value: '%(x)s $y' });
});

test('what [DEFAULT] says is said in a section that is there', () => {
  const above = '[DEFAULT]\naa = text\naa.label = From above\n';
  expect(readIni(`${above}[ticket-custom]\nbb = text\n`).map(({ label }) => label)).toEqual(['Bb', 'From above']);
  expect(readIni(above)).toEqual([]);
});
