import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../../core/config/configuration.ts';
import { checkWorkflow } from '../../../../plugins/workflow/check.ts';
import { parseWorkflow } from '../../../../plugins/workflow/parse.ts';
import { PRESET_NAMES, presetEntries, presetText } from '../../../../plugins/workflow/presets.ts';
import { adjunctService } from '../../../support/workflow-context.ts';
import { workflowSite } from '../../../support/workflow-site.ts';

const { operations } = workflowSite('[ticket]\n', adjunctService({})).needs;
const site = {
  operations,
  permissions: new Set(['TICKET_APPEND', 'TICKET_CREATE', 'TICKET_MODIFY', 'TICKET_ADMIN']),
  resolutions: ['fixed', 'invalid', 'wontfix', 'duplicate', 'worksforme'],
};

describe.each(PRESET_NAMES)('the preset %s', (name) => {
  it('passes the check without a word', () => {
    expect(checkWorkflow(parseConfiguration(presetText(name)), site)).toEqual([]);
  });

  it('reads the same through trac.ini as directly', () => {
    expect(presetEntries(name)).toEqual(parseConfiguration(presetText(name)).entries('ticket-workflow'));
  });

  it('ends in closed and comes back from there', () => {
    const { rules, statuses } = parseWorkflow(parseConfiguration(presetText(name)));
    expect(statuses).toContain('closed');
    expect(rules.find((rule) => rule.name === 'reopen')?.oldStates).toEqual(['closed']);
  });
});

it('the preset basic means what the workflow of a new Trac environment means', () => {
  const golden = JSON.parse(readFileSync(new URL('../../../golden/workflow/basic-workflow.json', import.meta.url), 'utf8'));
  const meaning = (ini: string) =>
    parseWorkflow(parseConfiguration(ini))
      .rules.map(({ places, ...rule }) => rule)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(meaning(presetText('basic'))).toEqual(meaning(golden.ini));
});
