import { type Diagnosis, type ISettings, type Place, parseWhole } from 'tracts';
import type { WorkflowAction } from './api.ts';
import { presetEntries } from './presets.ts';

/** The section of trac.ini that holds the workflow. */
export const WORKFLOW_SECTION = 'ticket-workflow';

/** The action that repairs tickets in a state no controller knows. */
export const RESET_ACTION = '_reset';

/** One action of the file. */
export interface WorkflowRule extends WorkflowAction {
  /** null: no ticket yet (`<none>`). `*` alone: every state. */
  readonly oldStates: readonly (string | null)[];
  readonly label: string;
  readonly weight: number;
  /** Any one of them is enough; none: everybody. */
  readonly permissions: readonly string[];
  /** False when its line or its weight cannot be read: never offered, yet its states are known. */
  readonly usable: boolean;
}

/** A workflow as read from the file. */
export interface WorkflowDefinition {
  /** In the order in which the file first mentions them; the implicit `_reset` last. */
  readonly rules: readonly WorkflowRule[];
  /** Every state that is mentioned, sorted. */
  readonly statuses: readonly string[];
  /** What costs an action. */
  readonly problems: readonly Diagnosis[];
}

/** Splits a comma list as the workflow does: trimmed, empty items dropped. */
export const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

interface Draft {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly places: Map<string, Place>;
  oldStates: string | undefined;
  newState: string | undefined;
  usable: boolean;
}

/** What a workflow may have of each. Far above any in use, and every form goes through all actions. */
const MOST_ACTIONS = 1_000;
const MOST_STATES = 10_000;

interface Report {
  readonly problems: Diagnosis[];
  add(place: Place | undefined, message: string, remedy: string): void;
}

/** The entries of [ticket-workflow] with their places; those of the basic workflow when the section is missing. */
function sourceOf(settings: ISettings): readonly { readonly key: string; readonly value: string; readonly place: Place }[] {
  const given = settings.sections().includes(WORKFLOW_SECTION);
  const entries = given ? settings.entries(WORKFLOW_SECTION) : presetEntries('basic');
  return entries.map(([key, value]) => ({
    key,
    value,
    place: given ? settings.place(WORKFLOW_SECTION, key) : { section: WORKFLOW_SECTION, key },
  }));
}

const LONGEST_SHOWN = 200;
const EXAMPLE = 'Write "old, states -> new". Example: accept = new, reopened -> accepted';

function readTransition(draft: Draft, value: string, place: Place, report: Report): void {
  draft.places.set('', place);
  const sides = value.split('->').map((side) => side.trim());
  const [oldStates, newState] = sides;
  if (sides.length === 2 && oldStates !== undefined && newState !== undefined) {
    draft.oldStates = oldStates;
    draft.newState = newState;
    return;
  }
  draft.usable = false;
  const what = sides.length === 1 ? 'has no "->"' : `has ${sides.length - 1} "->", and so more than one target`;
  const shown = (value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value).replace(/\s+/g, ' ');
  // An indented line continues the one above: the commonest way to lose an action.
  const remedy =
    sides.length > 2 && value.includes('\n')
      ? 'Remove the blanks before the line below: it is read as part of this one.'
      : EXAMPLE;
  report.add(place, `The action "${draft.name}" is not available: its line "${shown}" ${what}.`, remedy);
}

const newDraft = (name: string): Draft => ({
  name,
  attributes: {},
  places: new Map(),
  oldStates: undefined,
  newState: undefined,
  usable: true,
});

function collectDrafts(settings: ISettings, report: Report): Draft[] {
  const drafts = new Map<string, Draft>();
  let isFull = false;
  for (const { key, value, place } of sourceOf(settings)) {
    const [name = '', attribute] = key.split('.');
    if (drafts.size === MOST_ACTIONS && !drafts.has(name)) {
      if (!isFull) reportTooMany(name, place, report);
      isFull = true;
      continue;
    }
    const draft = drafts.get(name) ?? newDraft(name);
    drafts.set(name, draft);
    if (attribute === undefined) readTransition(draft, value, place, report);
    else readAttribute(draft, attribute, value, place);
  }
  return [...drafts.values()];
}

function readAttribute(draft: Draft, attribute: string, value: string, place: Place): void {
  // What ends in its dot is an attribute too, one without a name, and not the action's line.
  draft.places.set(attribute || '.', place);
  draft.attributes[attribute] = value;
  if (attribute === 'oldstates') draft.oldStates = value;
  if (attribute === 'newstate') draft.newState = value.trim();
}

const reportTooMany = (name: string, place: Place, report: Report): void =>
  report.add(
    place,
    `There are more than ${MOST_ACTIONS} actions: "${name}" and those that follow are not available.`,
    'Remove some; every form shows them.',
  );

const NO_TICKET_YET: readonly string[] = ['<none>', '< none >'];

/** Each spelling of “no ticket yet” counts once in a list, wherever it stands; a second one is a state like any other. */
function readOldStates(text: string): (string | null)[] {
  const states = splitList(text);
  return states.map((state, at) => (NO_TICKET_YET.includes(state) && states.indexOf(state) === at ? null : state));
}

function readWeight(draft: Draft, report: Report): number {
  const text = draft.attributes['default'];
  if (text === undefined) return 0;
  const weight = parseWhole(text);
  if (weight !== undefined) return weight;
  draft.usable = false;
  const message = `The action "${draft.name}" is not available: its weight "${text}" is not a whole number.`;
  report.add(draft.places.get('default'), message, `Example: ${draft.name}.default = 2`);
  return 0;
}

const labelOf = ({ name, attributes }: Draft): string =>
  attributes['label'] ?? attributes['name'] ?? name.replaceAll('_', ' ').trim();

function finish(draft: Draft, report: Report): WorkflowRule {
  const oldStates = readOldStates(draft.oldStates ?? '');
  const newState = draft.newState ?? '';
  const weight = readWeight(draft, report);
  if (draft.usable && newState === '' && draft.oldStates !== undefined) {
    draft.usable = false;
    const message = `The action "${draft.name}" is not available: it names no state to lead to.`;
    const place = ['', 'newstate', 'oldstates'].map((key) => draft.places.get(key)).find((each) => each !== undefined);
    report.add(place, message, EXAMPLE);
  }
  return {
    name: draft.name,
    attributes: draft.attributes,
    operations: splitList(draft.attributes['operations'] ?? ''),
    permissions: splitList(draft.attributes['permissions'] ?? ''),
    oldStates,
    newState,
    label: labelOf(draft),
    weight,
    usable: draft.usable && newState !== '',
    places: draft.places,
  };
}

function statusesOf(rules: readonly WorkflowRule[]): string[] {
  const all = rules.flatMap((rule) => [...rule.oldStates, rule.newState]);
  return [...new Set(all.filter((state): state is string => state !== null && state !== '' && state !== '*'))].sort();
}

/** Takes the states out of the actions with which there would be too many. */
function limitStates(rules: readonly WorkflowRule[], report: Report): WorkflowRule[] {
  const known = new Set<string | null>();
  return rules.map((rule) => {
    const added = new Set([...rule.oldStates, rule.newState].filter((state) => !known.has(state)));
    if (known.size + added.size <= MOST_STATES) {
      for (const state of added) known.add(state);
      return rule;
    }
    const place = rule.places.get('') ?? rule.places.get('oldstates');
    const message = `The action "${rule.name}" is not available: with its states there are more than ${MOST_STATES}.`;
    report.add(place, message, 'Name fewer states, or "*" for all.');
    return { ...rule, oldStates: [], newState: '', usable: false };
  });
}

const IMPLICIT_RESET = { operations: 'reset_workflow', permissions: 'TICKET_ADMIN', label: 'Reset' };

/**
 * Adds the repair action when the file gives no line for it but knows a state `new`. Attributes that are given change
 * what they name and the rest stays: Trac loses the target then (golden case c13).
 */
function completeReset(drafts: readonly Draft[]): Draft[] {
  const given = drafts.find(({ name }) => name === RESET_ACTION);
  const hasNew = drafts.some((draft) => draft.newState === 'new' || readOldStates(draft.oldStates ?? '').includes('new'));
  if (given?.places.has('') || given?.newState !== undefined || !hasNew) return [...drafts];
  const own = given?.attributes ?? {};
  const label = own['label'] ?? own['name'] ?? IMPLICIT_RESET.label;
  const reset: Draft = {
    name: RESET_ACTION,
    attributes: { ...IMPLICIT_RESET, ...own, label },
    places: given?.places ?? new Map(),
    oldStates: given?.oldStates ?? '',
    newState: 'new',
    usable: true,
  };
  return given ? drafts.map((draft) => (draft === given ? reset : draft)) : [...drafts, reset];
}

/**
 * Reads [ticket-workflow] with Trac's rules. A line or weight that cannot be read costs its own action, nothing else.
 * No section at all means the basic workflow; an empty one means no actions.
 */
export function parseWorkflow(settings: ISettings): WorkflowDefinition {
  const problems: Diagnosis[] = [];
  const report: Report = {
    problems,
    add: (place, message, remedy) => void problems.push({ severity: 'error', message, remedy, place }),
  };
  const drafts = completeReset(collectDrafts(settings, report));
  const rules = limitStates(
    drafts.map((draft) => finish(draft, report)),
    report,
  );
  return { rules, statuses: statusesOf(rules), problems };
}
