import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../core/ticket/types.ts';
import { describeRule } from '../../plugins/workflow/controller.ts';
import { adjunctService, makeDirectory } from '../support/workflow-context.ts';
import { workflowSite } from '../support/workflow-site.ts';

interface OwnerCase {
  readonly status: string | null;
  readonly owner: string;
  readonly old_component: string | null;
  readonly component: string;
  readonly action: string;
  readonly args: Readonly<Record<string, string>>;
  readonly available: boolean;
  readonly changes: Values;
}
const { cases }: { readonly cases: readonly OwnerCase[] } = JSON.parse(
  readFileSync(new URL('./component_owner.json', import.meta.url), 'utf8'),
);

const component = [
  { name: 'c-alice', owner: 'alice' },
  { name: 'c-bob', owner: 'bob' },
  { name: 'c-none', owner: '' },
  { name: 'c-null' },
];
const resolution = ['fixed', 'invalid', 'wontfix', 'duplicate', 'worksforme'].map((name) => ({ name }));
const adjuncts = adjunctService({ component, resolution });
const site = workflowSite('[ticket]\n', adjuncts);
const directory = makeDirectory({ accounts: [{ name: 'admin' }], grants: { admin: ['TRAC_ADMIN'] }, groups: {} });

async function replay(golden: OwnerCase): Promise<{ readonly available: boolean; readonly changes: Values | undefined }> {
  const { status, owner, old_component: old, action, args } = golden;
  const after: Values = { status: status ?? '', owner, component: golden.component };
  const stored = status === null ? undefined : { ...after, component: old ?? golden.component };
  const ctx = site.contextOf(directory, 'admin', stored, after);
  const offers = await site.offersFor(ctx);
  const rule = site.needs.definition.rules.find(({ name }) => name === action);
  const spec = rule && (await describeRule(ctx, rule, site.needs));
  const sent = (spec?.inputs ?? []).filter(({ control = '' }) => control in args);
  const inputs = Object.fromEntries(sent.map(({ name, control = '' }) => [name, args[control]]));
  return { available: offers.some(({ name }) => name === action), changes: spec?.changes?.(inputs, after) };
}

describe('the owner and the component, in the basic workflow that a file without [ticket-workflow] means', () => {
  it.each([...new Set(cases.map(({ action }) => action))])('%s moves the owner as recorded', async (action) => {
    for (const golden of cases.filter((each) => each.action === action))
      expect({ golden, ...(await replay(golden)) }).toEqual({ golden, available: golden.available, changes: golden.changes });
  });
});
