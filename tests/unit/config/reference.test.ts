import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../core/config/configuration.ts';
import type { Declared } from '../../../core/config/declared.ts';
import { editIni } from '../../../core/config/edit.ts';
import { printExample } from '../../../core/config/reference.ts';
import { SAMPLES } from '../../../core/config/samples.ts';
import { option } from '../../../core/kernel/option.ts';

const declared: readonly Declared[] = [
  { component: 'sla.Clock', option: option.int('sla', 'response_hours', 8, 'Hours allowed before the first response') },
  { component: 'sla.Mail', option: option.int('sla', 'response_hours', 8, 'Told a second time.') },
  { component: 'sla.Clock', option: option.bool('sla', 'calm', true, `${'Word '.repeat(40)}end.\n\nA second paragraph.`) },
  { component: 'db.Database', option: option.text('trac', 'database', 'postgres://u:hunter2@h/d', 'Where.', { secret: true }) },
  { component: 'web.Site', option: option.text('trac', 'banner', 'one\ntwo', '') },
  { component: 'workflow.X', option: option.text('ticket-workflow', 'zz', 'v', 'Odd.') },
];
const example = printExample(declared);

/** Takes the sign off every commented-out setting. */
const uncomment = (text: string): string => text.replace(/^#(?! |$)|^#(?= {2})/gm, '');

describe('printExample', () => {
  it('sorts sections, the free ones among them, and options', () => {
    expect(example.match(/^\[.*\]$/gm)).toEqual([
      '[components]',
      '[extra-permissions]',
      '[inherit]',
      '[mainnav]',
      '[metanav]',
      '[milestone-groups]',
      '[sla]',
      '[ticket-custom]',
      '[ticket-workflow]',
      '[trac]',
    ]);
    expect(example.indexOf('#calm')).toBeLessThan(example.indexOf('#response_hours'));
  });

  it('prints an option once, with its help, what it expects, and who reads it', () => {
    expect(example).toContain(
      [
        '# Hours allowed before the first response.',
        '# Expects a whole number. Example: 8. Read by sla.Clock, sla.Mail.',
        '#response_hours = 8',
        '',
      ].join('\n'),
    );
    expect(example.match(/#response_hours/g)).toHaveLength(1);
    expect(example).not.toContain('Told a second time');
  });

  it('wraps long help and keeps its paragraphs', () => {
    expect(example.split('\n').filter((line) => line.length > 120)).toEqual([]);
    expect(example).toContain('end.\n#\n# A second paragraph.');
  });

  it('prints no default of a secret', () => {
    expect(example).toContain('\n#database =\n');
    expect(example).not.toContain('hunter2');
  });

  it('sets nothing as it stands', () => {
    const configuration = parseConfiguration(example);
    expect(configuration.sections().flatMap((section) => configuration.entries(section))).toEqual([]);
  });

  it('sets the defaults and the samples when the comment signs are taken off', () => {
    const configuration = parseConfiguration(uncomment(example));
    expect(configuration.get('sla', 'response_hours')).toBe('8');
    expect(configuration.get('sla', 'calm')).toBe('enabled');
    expect(configuration.get('trac', 'banner')).toBe('one\ntwo');
    expect(configuration.get('ticket-workflow', 'accept')).toBe('new, reopened -> accepted');
    for (const [section, { lines }] of Object.entries(SAMPLES)) {
      for (const [key, value] of parseConfiguration(`[${section}]\n${lines}`).entries(section)) {
        expect(configuration.get(section, key)).toBe(value);
      }
    }
  });

  it('takes an edit right below the option’s own line', () => {
    expect(editIni(example, 'sla', 'calm', 'no')).toContain('#calm = enabled\ncalm = no\n\n# Hours');
  });

  it('does not depend on the order in which components are found', () => {
    const settings = (text: string) => text.split('\n').filter((line) => /^#\w|^\[/.test(line));
    expect(settings(printExample(declared.toReversed()))).toEqual(settings(example));
  });

  it('has the samples even when nothing is declared', () => {
    expect(printExample([])).toContain('[ticket-workflow]');
  });
});
