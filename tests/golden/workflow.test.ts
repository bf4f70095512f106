import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../core/config/configuration.ts';
import { ConfigError } from '../../core/kernel/errors.ts';
import type { ActionSpec, Field, Offer, TicketContext, Values } from '../../core/ticket/types.ts';
import { describeRule, rulesFor } from '../../plugins/workflow/controller.ts';
import { parseWorkflow, splitList, type WorkflowRule } from '../../plugins/workflow/parse.ts';
import { adjunctService, makeDirectory } from '../support/workflow-context.ts';
import { workflowSite } from '../support/workflow-site.ts';

interface GoldenInput {
  readonly tag: 'input' | 'select';
  readonly type?: string;
  readonly name: string;
  readonly value?: string | null;
  readonly options?: readonly { readonly value: string | null; readonly text: string; readonly selected: boolean }[];
}
type GoldenControl = { readonly label: string; readonly inputs: readonly GoldenInput[] } | { readonly error: string };
interface GoldenCase {
  readonly status: string | null;
  readonly owner: 'none' | 'self' | 'other';
  readonly user: string;
  readonly resolution: string;
  readonly weighted: readonly (readonly [number, string])[];
  readonly actions: readonly string[];
  readonly controls: Readonly<Record<string, number>>;
  readonly changes: Readonly<Record<string, number>>;
  readonly changes_form: Readonly<Record<string, number>>;
  readonly changes_unavailable?: Readonly<Record<string, number>>;
}
interface GoldenFile {
  readonly name: string;
  readonly what: string;
  readonly ini: string;
  readonly load_error?: object;
  readonly workflow_error?: object;
  readonly parsed: readonly Readonly<Record<string, unknown>>[];
  readonly all_status: readonly string[];
  readonly actions_by_operation: Readonly<Record<string, readonly (readonly [number, string])[]>>;
  readonly users: Readonly<Record<string, readonly string[]>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly other_owner: string;
  readonly controls: readonly GoldenControl[];
  readonly changes: readonly Values[];
  readonly cases: readonly GoldenCase[];
}

const folder = new URL('./workflow/', import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file): GoldenFile => JSON.parse(readFileSync(new URL(file, folder), 'utf8')));

/** Actions that Tracts makes unavailable on purpose; each file is named in docs/trac-differences.md. */
const LOST: Readonly<Record<string, readonly string[]>> = {
  'c11-set-resolution-bad': ['bad', 'bad1', 'empty'],
  'c16-malformed': ['emptyright'],
};

const ACCOUNTS = ['modifier', 'chgprop', 'creator', 'tadmin', 'admin', 'joe'].map((name) => ({ name }));
const RESOLUTIONS = ['fixed', 'invalid', 'wontfix', 'duplicate', 'worksforme'].map((name) => ({ name }));
const adjuncts = adjunctService({ resolution: RESOLUTIONS, component: [{ name: 'component1', owner: 'somebody' }] });

const directoryOf = ({ users, groups }: GoldenFile) =>
  makeDirectory({
    accounts: [...ACCOUNTS, { name: 'jane', fullName: 'Jane Doe', email: 'jane@example.org' }],
    grants: { anonymous: ['TICKET_VIEW'], ...users },
    groups,
  });

function valuesOf(file: GoldenFile, { status, owner, user, resolution }: GoldenCase): Values {
  const owners = { none: '', self: user, other: file.other_owner };
  return { status: status ?? '', owner: owners[owner], resolution, reporter: 'rep', component: 'component1' };
}

/** Our field in the words of the recording. */
function drawInput(field: Field): GoldenInput {
  const { control: name, value = null } = field;
  const options = field.options.map((each) => ({
    value: each,
    text: field.optionLabels[each] ?? each,
    selected: each === value,
  }));
  if (field.type === 'text') return { tag: 'input', type: 'text', name, value: String(value) };
  const [only] = options;
  if (options.length === 1 && only) return { tag: 'input', type: 'hidden', name, value: only.value };
  return { tag: 'select', name, options };
}

/** The recording without what Trac leaves out by mistake: an empty value has no `value` attribute there. */
function recordedInput({ tag, type, name, value, options }: GoldenInput): GoldenInput {
  if (tag === 'select') return { tag, name, options: (options ?? []).map((each) => ({ ...each, value: each.value ?? '' })) };
  return { tag, ...(type === undefined ? {} : { type }), name, value: value ?? '' };
}

const FORM_INPUTS: Values = { owner: 'newguy', resolution: 'wontfix' };
const given = (spec: ActionSpec): Values => Object.fromEntries((spec.inputs ?? []).map(({ name }) => [name, FORM_INPUTS[name]]));

const specOf = (offer: Offer): ActionSpec => {
  const [entry, ...others] = offer.specs;
  if (!entry || others.length > 0) throw new Error(`${offer.name} is expected to come from one controller`);
  return entry.spec;
};

const LISTS: readonly string[] = ['set_owner', 'set_resolution'];

/** A rule in the words of the recording. */
function drawRule(rule: WorkflowRule): Readonly<Record<string, unknown>> {
  const { name, label, weight, operations, permissions, oldStates, newState, attributes } = rule;
  const own = Object.entries(attributes)
    .filter(([key]) => !['label', 'default', 'operations', 'permissions', 'oldstates', 'newstate'].includes(key))
    .map(([key, value]) => [key === 'name' ? 'name_attr' : key, LISTS.includes(key) ? splitList(value) : value]);
  return {
    ...Object.fromEntries(own),
    name,
    oldstates: oldStates,
    newstate: newState,
    label,
    default: weight,
    operations,
    permissions,
  };
}

describe.each(files.filter(({ load_error }) => load_error))('$name: $what', ({ ini }) => {
  it('is refused as a whole, with its line', () => {
    const refused = expect(() => parseConfiguration(ini));
    refused.toThrow(ConfigError);
    refused.toThrow(expect.objectContaining({ place: expect.objectContaining({ line: expect.any(Number) }) }));
  });
});

describe.each(files.filter(({ workflow_error }) => workflow_error))('$name: $what', ({ ini }) => {
  it('costs that one action, is reported with its line, and the rest works', async () => {
    const { rules, problems } = parseWorkflow(parseConfiguration(ini));
    expect(problems).toMatchObject([{ severity: 'error', place: { section: 'ticket-workflow', key: 'close.default', line: 4 } }]);
    expect(rules.map(({ name, usable }) => [name, usable])).toEqual([
      ['create', true],
      ['close', false],
      ['_reset', true],
    ]);
    const { offersFor, contextOf } = workflowSite(ini, adjuncts);
    const directory = makeDirectory({ accounts: [], grants: {}, groups: {} });
    expect((await offersFor(contextOf(directory, 'anonymous', undefined))).map(({ name }) => name)).toEqual(['create']);
    expect(await offersFor(contextOf(directory, 'anonymous', { status: 'new' }))).toEqual([]);
  });
});

describe.each(files.filter(({ cases }) => cases))('$name: $what', (file) => {
  const site = workflowSite(file.ini, adjuncts);
  const { definition } = site.needs;
  const lost = LOST[file.name] ?? [];
  const directory = directoryOf(file);
  const contextOf = (golden: GoldenCase): TicketContext => {
    const values = valuesOf(file, golden);
    return site.contextOf(directory, golden.user, golden.status === null ? undefined : values, values);
  };

  it('is parsed into the same actions', () => {
    const dropped = definition.problems.map(({ place }) => place?.key);
    const kept = definition.rules.filter(({ name }) => file.parsed.some((rule) => rule['name'] === name));
    expect(kept.map(drawRule)).toEqual(file.parsed);
    const others = definition.rules.filter((rule) => !kept.includes(rule));
    expect(others.every(({ name, usable }) => !usable && dropped.includes(name))).toBe(true);
  });

  it('knows the same states', () => {
    expect(site.controllers.flatMap((controller) => controller.getAllStatus?.() ?? [])).toEqual([...file.all_status].sort());
  });

  it('finds the same actions by operation', () => {
    const found = Object.keys(file.actions_by_operation).map((operation) => [
      operation,
      definition.rules.filter((rule) => rule.operations.includes(operation)).map(({ weight, name }) => [weight, name]),
    ]);
    expect(Object.fromEntries(found)).toEqual(file.actions_by_operation);
  });

  it('offers the same actions, in the same order, to the same people in the same states', async () => {
    for (const golden of file.cases) {
      const ctx = contextOf(golden);
      const offers = await site.offersFor(ctx);
      const wanted = golden.actions.filter((name) => !lost.includes(name));
      expect({ golden, actions: offers.map(({ name }) => name) }).toEqual({ golden, actions: wanted });
      const weighted = rulesFor(ctx, site.needs).map(({ weight, name }) => [weight, name]);
      const before = golden.weighted.filter(([, name]) => definition.rules.some((rule) => rule.name === name && rule.usable));
      expect(weighted.filter(([, name]) => before.some(([, other]) => other === name))).toEqual(before);
    }
  });

  it('draws the same controls', async () => {
    for (const golden of file.cases)
      for (const offer of await site.offersFor(contextOf(golden))) {
        const control = file.controls[golden.controls[offer.name] ?? -1];
        const recorded =
          control && 'inputs' in control ? { label: control.label, inputs: control.inputs.map(recordedInput) } : control;
        const drawn = { label: offer.label, inputs: [...offer.inputs.values()].map(drawInput) };
        expect({ golden, name: offer.name, ...drawn }).toEqual({ golden, name: offer.name, ...recorded });
      }
  });

  it('makes the same changes from no input and from the recorded form, and refuses what its own list lacks', async () => {
    for (const golden of file.cases)
      for (const offer of await site.offersFor(contextOf(golden))) {
        const spec = specOf(offer);
        const after = valuesOf(file, golden);
        const inputs = given(spec);
        expect({ golden, name: spec.name, changes: spec.changes?.({}, after) }).toEqual({
          golden,
          name: spec.name,
          changes: file.changes[golden.changes[spec.name] ?? -1],
        });
        expect({ golden, name: spec.name, changes: spec.changes?.(inputs, after) }).toEqual({
          golden,
          name: spec.name,
          changes: file.changes[golden.changes_form[spec.name] ?? -1],
        });
        expect([...(spec.problems?.({}, after) ?? [])]).toEqual([]);
        const foreign = [...offer.inputs.values()].filter(
          ({ name, type, options }) => type === 'select' && !options.includes(String(inputs[name])),
        );
        const refused = [...(spec.problems?.(inputs, after) ?? [])].map(({ field }) => field);
        expect(refused).toEqual(foreign.map(({ control }) => control));
      }
  });

  const elsewhere = file.cases.flatMap((golden) =>
    Object.entries(golden.changes_unavailable ?? {}).flatMap(([name, index]) => {
      const rule = definition.rules.find((each) => each.name === name && each.usable && !lost.includes(name));
      return rule ? [{ golden, rule, recorded: file.changes[index] ?? {} }] : [];
    }),
  );

  it('would make the same changes where it is not offered, and none without the permission', async () => {
    for (const { golden, rule, recorded } of elsewhere) {
      const ctx = contextOf(golden);
      const permitted = rule.permissions.length === 0 || rule.permissions.some((permission) => ctx.can(permission));
      const spec = await describeRule(ctx, rule, site.needs);
      const changes = permitted ? spec?.changes?.({}, valuesOf(file, golden)) : {};
      expect({ golden, name: rule.name, changes }).toEqual({ golden, name: rule.name, changes: recorded });
    }
  });
});
