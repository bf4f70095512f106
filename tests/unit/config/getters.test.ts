import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../core/config/configuration.ts';
import { getBool, getFloat, getInt, getList, getText, withDefaults } from '../../../core/config/getters.ts';
import { ConfigError } from '../../../core/kernel/errors.ts';
import { option } from '../../../core/kernel/option.ts';

const settings = parseConfiguration('[sla]\nhours = soon\nrate = 0.5\nshut = aye\nlist = a, ,b\n');

describe('the getters', () => {
  it('answer with nothing, no and zero for what is not set', () => {
    expect(getText(settings, 'sla', 'none')).toBe('');
    expect(getBool(settings, 'sla', 'none')).toBe(false);
    expect(getInt(settings, 'sla', 'none')).toBe(0);
    expect(getFloat(settings, 'sla', 'none')).toBe(0);
    expect(getList(settings, 'sla', 'none', { keepEmpty: true })).toEqual([]);
  });

  it('take a word they do not know as no', () => {
    expect(getBool(settings, 'sla', 'shut')).toBe(false);
  });

  it('keep empty items only when asked', () => {
    expect(getList(settings, 'sla', 'list')).toEqual(['a', 'b']);
    expect(getList(settings, 'sla', 'list', { keepEmpty: true })).toEqual(['a', '', 'b']);
  });

  it('say where a number is none', () => {
    expect(() => getInt(settings, 'sla', 'hours')).toThrow(ConfigError);
    expect(() => getInt(settings, 'sla', 'hours')).toThrow(
      'trac.ini, line 2, [sla] hours: "soon" is no number: expected a whole number',
    );
    expect(() => getInt(settings, 'sla', 'rate')).toThrow('a whole number');
    expect(() => getFloat(settings, 'sla', 'hours')).toThrow('expected a number');
  });
});

describe('withDefaults', () => {
  const known = withDefaults(settings, [option.int('sla', 'hours', 8, ''), option.int('sla', 'days', 3, '')]);

  it('answers with the declared default where nothing is set', () => {
    expect(getInt(known, 'sla', 'days')).toBe(3);
    expect(getText(known, 'sla', 'hours')).toBe('soon');
    expect(getText(known, 'other', 'days')).toBe('');
  });

  it('still knows the place of what is set', () => {
    expect(known.place('sla', 'hours').line).toBe(2);
  });
});
