import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkNames, checkValue, checkValues } from '../../../core/config/check.ts';
import { loadConfiguration, parseConfiguration } from '../../../core/config/configuration.ts';
import type { Declared } from '../../../core/config/declared.ts';
import { SAMPLES } from '../../../core/config/samples.ts';
import { isTracOption, TRAC_OPTIONS } from '../../../core/config/trac-options.ts';
import { component } from '../../../core/kernel/component.ts';
import { option } from '../../../core/kernel/option.ts';
import { testSite } from '../../../core/testing/index.ts';
import { makeFolder } from './folder.ts';

const declared: readonly Declared[] = [
  { component: 'sla.Clock', option: option.int('sla', 'response_hours', 8, 'Hours.') },
  { component: 'sla.Clock', option: option.text('sla', 'password', '', 'Secret.') },
  { component: 'sla.Mail', option: option.int('sla', 'password', 0, 'Secret.', { secret: true }) },
  { component: 'workflow.Owners', option: option.bool('ticket', 'restrict_owner', false, 'Owners.') },
];

const names = (text: string) => checkNames(parseConfiguration(text), declared);

describe('checkNames', () => {
  it('has nothing to say of known names and of free sections', () => {
    expect(
      names('[sla]\nresponse_hours = 8\n[ticket-workflow]\nx = new -> y\n[ticket-custom]\nx = text\n[inherit]\nfile =\n'),
    ).toEqual([]);
  });

  it('names the nearest option of the section', () => {
    expect(names('[sla]\n\nrespons_hours = 8\n')).toEqual([
      {
        severity: 'warning',
        place: { file: undefined, section: 'sla', key: 'respons_hours', line: 3 },
        message: 'line 3, [sla] respons_hours: no component reads this option.',
        remedy: 'Did you mean response_hours?',
      },
    ]);
  });

  it('names another section that has the option', () => {
    expect(names('[sla]\nrestrict_owner = yes\n')[0]?.remedy).toBe('Did you mean [ticket] restrict_owner?');
  });

  it('says what to do when nothing is near', () => {
    expect(names('[sla]\nzzzzzz = yes\n')[0]?.remedy).toContain('install the plugin');
    expect(names('[acme-plugin]\nzzzzzz = yes\n')[0]).toMatchObject({
      message: 'line 1, [acme-plugin]: no component reads this section.',
      remedy: expect.stringContaining('install the plugin'),
    });
  });

  it('names the nearest section, Trac’s and free ones included', () => {
    expect(names('[Ticket]\nk = v\n')[0]?.remedy).toContain('Did you mean [ticket]?');
    expect(names('[ticket-worflow]\nk = v\n')[0]?.remedy).toContain('[ticket-workflow]');
    expect(names('[slaa]\n')[0]?.remedy).toContain('[sla]');
  });

  it('notes calmly, once for each section, what only Trac reads', () => {
    expect(names('[trac]\nauto_reload = no\ntimeout = 20\nzzzzzz = 1\n[intertrac]\nx = y\n')).toMatchObject([
      {
        severity: 'warning',
        place: { section: 'trac', line: 2 },
        message: 'line 2, [trac]: known to Trac, not used here (yet): auto_reload, timeout.',
      },
      { message: 'line 4, [trac] zzzzzz: no component reads this option.' },
      { message: expect.stringContaining('[intertrac]: known to Trac') },
    ]);
  });

  it('leaves alone what [DEFAULT] adds to each section', () => {
    expect(names('[DEFAULT]\nhome = /srv\n[sla]\nresponse_hours = 8\n')).toEqual([]);
  });

  it('takes the free sections of the caller', () => {
    expect(checkNames(parseConfiguration('[mine]\nk = v\n'), [], new Set(['mine']))).toEqual([]);
  });

  it('finds no typing slip in a file that Trac made, apart from a plugin’s section', () => {
    const text = [...TRAC_OPTIONS]
      .map(([section, keys]) => `[${section}]\n${keys.map((key) => `${key.replace('*', 'x')} = 1\n`).join('')}`)
      .join('');
    expect(names(text).filter(({ message }) => !message.includes('known to Trac'))).toEqual([]);
  });
});

describe('the table of Trac’s options', () => {
  it('knows families and free sections', () => {
    expect(isTracOption('notification', 'default_format.email')).toBe(true);
    expect(isTracOption('intertrac', 'anything')).toBe(true);
    expect(isTracOption('ticket', 'anything')).toBe(false);
    expect(isTracOption('nowhere', 'anything')).toBe(false);
  });

  it('knows every option that the golden recordings show as Trac’s own', () => {
    const golden: { cases: { values?: { section: string; key: string; has: boolean; has_no_defaults: boolean }[] }[] } =
      JSON.parse(readFileSync(new URL('../../golden/ini/ini.json', import.meta.url), 'utf8'));
    const own = golden.cases.flatMap(({ values = [] }) => values.filter((value) => value.has && !value.has_no_defaults));
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter(({ section, key }) => !isTracOption(section, key))).toEqual([]);
  });

  it('has a place for every sample of the example', () => {
    expect(Object.keys(SAMPLES).filter((section) => !TRAC_OPTIONS.has(section))).toEqual([]);
  });
});

describe('checkValues', () => {
  it('says where a wrong value stands, what it is, and what is expected', () => {
    const path = makeFolder({ 'trac.ini': '[inherit]\nfile = site.ini\n', 'site.ini': '\n[sla]\nresponse_hours = soon\n' });
    expect(checkValues(loadConfiguration(path('trac.ini')), declared)).toEqual([
      {
        severity: 'error',
        component: 'sla.Clock',
        place: { file: path('site.ini'), section: 'sla', key: 'response_hours', line: 3 },
        message: 'site.ini, line 3, [sla] response_hours = "soon": expected a whole number. Example: 8',
        remedy: 'Correct the value, or remove the line: the default is 8.',
      },
    ]);
  });

  it('shows no secret, whichever reader calls it one', () => {
    const [found, ...others] = checkValues(parseConfiguration('[sla]\npassword = hunter2\n'), declared);
    expect(others).toEqual([]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect(found?.message).toContain('[sla] password = (hidden): expected');
  });

  it('tells a mistake once, though two components read the option', () => {
    const twice = [...declared, { component: 'other.Reader', option: option.int('sla', 'response_hours', 8, '') }];
    expect(checkValues(parseConfiguration('[sla]\nresponse_hours = soon\n'), twice)).toHaveLength(1);
  });

  it('reports in the order of the file', () => {
    const found = checkValues(parseConfiguration('[ticket]\nrestrict_owner = aye\n[sla]\nresponse_hours = 1.5\n'), declared);
    expect(found.map(({ place }) => place?.line)).toEqual([2, 4]);
  });

  it('has nothing to say of good values', () => {
    expect(checkValues(parseConfiguration('[ticket]\nrestrict_owner = on\n[sla]\nresponse_hours =\n'), declared)).toEqual([]);
  });
});

describe('checkValue', () => {
  it('cuts a long value and names an empty default', () => {
    const choice = option.list('a', 'b', [], '');
    const picky = { ...choice, parse: () => Number.parseInt('x', 10).toFixed(101) };
    const found = checkValue(picky, 'x'.repeat(200), { section: 'a', key: 'b' });
    expect(found?.message).toContain(`"${'x'.repeat(80)}…"`);
    expect(found?.remedy).toContain('the default is empty');
  });
});

it('a section that a component declares may hold options of any name, whether the component is on or off', async () => {
  const Reader = component({ implements: [], sections: { mine: 'Anything.' }, create: () => ({}) });
  for (const state of ['enabled', 'disabled']) {
    const ini = `[components]\nreader.* = ${state}\n[mine]\nany thing = 1\n[yours]\nx = 1\n`;
    await using site = await testSite({ plugins: { reader: { Reader } }, ini });
    expect(site.site.diagnoses().map(({ place }) => place?.section)).toEqual(['yours']);
  }
});

it('a component whose sections are no texts is left out with the reason', async () => {
  const Odd = component({ implements: [], sections: { mine: 3 as unknown as string }, create: () => ({}) });
  await using site = await testSite({ plugins: { odd: { Odd } } });
  expect(site.site.diagnoses()).toMatchObject([
    { severity: 'error', message: expect.stringContaining('under "sections", mine') },
  ]);
});
