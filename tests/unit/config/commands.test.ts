import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  changeSetting,
  checkConfiguration,
  configFileOf,
  getSetting,
  removeSetting,
  showConfiguration,
} from '../../../core/config/commands.ts';
import { attemptConfiguration } from '../../../core/config/configuration.ts';
import type { Declared } from '../../../core/config/declared.ts';
import { ConfigError } from '../../../core/kernel/errors.ts';
import { option } from '../../../core/kernel/option.ts';
import { makeFolder } from './folder.ts';

const declared: readonly Declared[] = [
  { component: 'sla.Clock', option: option.int('sla', 'response_hours', 8, 'Hours.') },
  { component: 'mail.Sender', option: option.text('notification', 'smtp_password', '', 'Secret.', { secret: true }) },
];
const environment = (text: string) => {
  const path = makeFolder({ 'conf/trac.ini': text });
  return { dir: path('.'), read: () => readFileSync(path('conf/trac.ini'), 'utf8') };
};

describe('showConfiguration', () => {
  it('shows raw texts, parents and [DEFAULT] included', () => {
    const path = makeFolder({
      'trac.ini': '[inherit]\nfile = p.ini\n[DEFAULT]\nd = e\n[a]\nK = "v" ; w\n',
      'p.ini': '[p]\nq =\n',
    });
    expect(showConfiguration(path('trac.ini'))).toEqual({
      sections: { a: { k: '"v" ; w', d: 'e' }, inherit: { file: 'p.ini', d: 'e' }, p: { q: '' } },
    });
  });

  it('masks secrets when it knows which they are, but not that there is none', () => {
    const path = makeFolder({
      'a.ini': '[notification]\nsmtp_password = hunter2\n',
      'b.ini': '[notification]\nsmtp_password =\n',
    });
    expect(showConfiguration(path('a.ini'), declared)).toEqual({ sections: { notification: { smtp_password: '(hidden)' } } });
    expect(showConfiguration(path('b.ini'), declared)).toEqual({ sections: { notification: { smtp_password: '' } } });
  });

  it('keeps a section and an option called __proto__', () => {
    const path = makeFolder({ 'trac.ini': '[__proto__]\n__proto__ = v\n' });
    expect(JSON.stringify(showConfiguration(path('trac.ini')))).toBe('{"sections":{"__proto__":{"__proto__":"v"}}}');
  });

  it('tells what is wrong and in which line', () => {
    const path = makeFolder({ 'trac.ini': '[a]\nk = v\nk = w\n' });
    expect(showConfiguration(path('trac.ini'))).toEqual({ error: { message: expect.stringContaining('second time'), line: 3 } });
    expect(showConfiguration(path('none.ini'))).toEqual({
      error: { message: expect.stringContaining('no such file'), line: null },
    });
  });
});

describe('getSetting', () => {
  it('answers with the text and its place, with the default, or with nothing', () => {
    const { dir } = environment('[a]\nk = v\n');
    expect(getSetting(dir, 'a', 'K')).toEqual({
      value: 'v',
      place: { file: configFileOf(dir), section: 'a', key: 'k', line: 2 },
    });
    expect(getSetting(dir, 'sla', 'response_hours', declared)).toEqual({ value: '8', place: undefined });
    expect(getSetting(dir, 'sla', 'none', declared)).toEqual({ value: undefined, place: undefined });
  });
});

describe('changeSetting', () => {
  it('changes a known option without a word', () => {
    const { dir, read } = environment('# mine\n[sla]\n');
    expect(changeSetting(dir, 'sla', 'response_hours', '4', declared)).toEqual({ changed: true, diagnoses: [] });
    expect(changeSetting(dir, 'sla', 'response_hours', '4', declared)).toEqual({ changed: false, diagnoses: [] });
    expect(read()).toBe('# mine\n[sla]\nresponse_hours = 4\n');
  });

  it('refuses a value of the wrong kind, a secret one without repeating it', () => {
    const { dir, read } = environment('[sla]\n');
    expect(changeSetting(dir, 'sla', 'Response_Hours', 'soon', declared)).toMatchObject({
      changed: false,
      diagnoses: [{ severity: 'error', message: 'trac.ini, [sla] response_hours = "soon": expected a whole number. Example: 8' }],
    });
    expect(read()).toBe('[sla]\n');
  });

  it('sets a name that nobody reads, with a warning about this name alone', () => {
    const { dir, read } = environment('[sla]\nother = 1\n');
    const { changed, diagnoses } = changeSetting(dir, 'sla', 'respons_hours', '4', declared);
    expect(changed).toBe(true);
    expect(diagnoses).toMatchObject([{ severity: 'warning', place: { line: 3 }, remedy: 'Did you mean response_hours?' }]);
    expect(read()).toBe('[sla]\nother = 1\nrespons_hours = 4\n');
  });

  it('warns about a section that nobody reads', () => {
    const { dir } = environment('');
    expect(changeSetting(dir, 'slaa', 'k', 'v', declared).diagnoses).toMatchObject([
      { remedy: expect.stringContaining('[sla]') },
    ]);
  });

  it('leaves free sections free', () => {
    const { dir } = environment('');
    expect(changeSetting(dir, 'ticket-workflow', 'accept', 'new -> accepted', declared)).toEqual({
      changed: true,
      diagnoses: [],
    });
  });

  it('throws when the file is bad', () => {
    const { dir } = environment('bad');
    expect(() => changeSetting(dir, 'a', 'k', 'v')).toThrow(ConfigError);
  });
});

describe('removeSetting', () => {
  it('removes the line, once', () => {
    const { dir, read } = environment('[a]\nk = v\n# note\n');
    expect(removeSetting(dir, 'a', 'k')).toBe(true);
    expect(removeSetting(dir, 'a', 'k')).toBe(false);
    expect(read()).toBe('[a]\n# note\n');
  });
});

describe('checkConfiguration', () => {
  it('finds wrong values and unknown names', () => {
    const { dir } = environment('[sla]\nresponse_hours = soon\n[trac]\ntimeout = 20\n[zzzzzz]\n');
    expect(checkConfiguration(dir, declared).map(({ severity, place }) => [severity, place?.line])).toEqual([
      ['error', 2],
      ['warning', 4],
      ['warning', 5],
    ]);
  });

  it('reports a file that cannot be read as an error with its place', () => {
    const { dir } = environment('[a]\nbad\n');
    expect(checkConfiguration(dir, declared)).toMatchObject([{ severity: 'error', place: { line: 2, section: 'a' } }]);
  });

  it('wonders about a file that sets nothing', () => {
    const { dir } = environment('# empty\n');
    expect(checkConfiguration(dir, declared)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('sets nothing') },
    ]);
  });

  it('is content with a good file', () => {
    const { dir } = environment('[sla]\nresponse_hours = 2\n');
    expect(checkConfiguration(dir, declared)).toEqual([]);
    expect(attemptConfiguration(configFileOf(dir))).toHaveProperty('configuration');
  });
});
