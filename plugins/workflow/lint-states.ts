import { type Diagnosis, type ISettings, nearest } from 'tracts';
import { operationsOf } from './controller.ts';
import { type LintSubject, placeOf, warn } from './lint-actions.ts';
import { WORKFLOW_SECTION, type WorkflowRule } from './parse.ts';

const fromAnywhere = ({ oldStates }: WorkflowRule): boolean => oldStates.length === 1 && oldStates[0] === '*';
const isNew = (rule: WorkflowRule): boolean => rule.oldStates.includes(null);

function mentions(rules: readonly WorkflowRule[], state: string): WorkflowRule | undefined {
  return rules.find(({ oldStates, newState }) => newState === state || oldStates.includes(state));
}

/**
 * Where a rule leads from a state: its target, the same state for `*`, and what its operations may choose. A rule that is
 * not available for its bad weight counts: one mistake is reported once.
 */
function targets(rule: WorkflowRule, from: string | null, { operations }: LintSubject): readonly string[] {
  const chosen = operationsOf(rule, operations).flatMap((operation) => operation.statuses?.(rule) ?? []);
  return [rule.newState === '*' ? from : rule.newState, ...chosen].filter(
    (state): state is string => state !== null && state !== '',
  );
}

function reachable(subject: LintSubject): ReadonlySet<string> {
  const { rules } = subject.definition;
  const reached = new Set(rules.filter(isNew).flatMap((rule) => targets(rule, null, subject)));
  // A set visits what is added to it during the loop.
  for (const state of reached)
    for (const rule of rules)
      if (fromAnywhere(rule) || rule.oldStates.includes(state))
        for (const next of targets(rule, state, subject)) reached.add(next);
  return reached;
}

function remedyFor(state: string, statuses: readonly string[], otherwise: string): string {
  const others = statuses.filter((other) => other !== state);
  const near = nearest(state, others);
  return near === undefined ? otherwise : `Is "${near}" meant? Otherwise: ${otherwise}`;
}

function* lintUnreachable(subject: LintSubject): Generator<Diagnosis> {
  const { rules, statuses } = subject.definition;
  const reached = reachable(subject);
  if (reached.size === 0 || subject.shared) return;
  for (const state of statuses) {
    const rule = mentions(rules, state);
    if (!rule || reached.has(state)) continue;
    const remedy = remedyFor(state, statuses, `add an action that leads to "${state}", or remove the state.`);
    yield warn(rule, '', `No ticket can get into the state "${state}".`, remedy);
  }
}

/** `[ticket-status] STATE.terminal = true` says that a state is meant to be the end. */
const isTerminal = (settings: ISettings, state: string): boolean =>
  settings.get('ticket-status', `${state.toLowerCase()}.terminal`)?.trim().toLowerCase() === 'true';

function* lintDeadEnds(subject: LintSubject, settings: ISettings): Generator<Diagnosis> {
  const { rules, statuses } = subject.definition;
  if (subject.shared) return;
  const leaves = (rule: WorkflowRule, state: string): boolean =>
    (fromAnywhere(rule) || rule.oldStates.includes(state)) && targets(rule, state, subject).some((next) => next !== state);
  for (const state of statuses) {
    const rule = mentions(rules, state);
    if (!rule || isTerminal(settings, state) || rules.some((each) => leaves(each, state))) continue;
    const remedy = remedyFor(
      state,
      statuses,
      `add an action that leads on from "${state}", or "${state}.terminal = true" in [ticket-status] if it is the end.`,
    );
    yield warn(rule, '', `No action leads on from the state "${state}".`, remedy);
  }
}

const ODD: readonly (readonly [RegExp, string, string])[] = [
  [/^<\s*none\s*>$/i, 'looks like “no ticket yet”, but is read as a state', 'Write <none> as the first name of the list.'],
  [
    /[;#|]/,
    'holds a sign that looks like a separator or a comment',
    'Separate states by commas; a comment needs a line of its own.',
  ],
  [/^[-=>]|[-=>]$/, 'ends in a piece of an arrow', 'Write the arrow as "->".'],
];

/** Of two spellings the one that comes later in the file is the slip; in one line, the one that sorts first. */
function isLater(rules: readonly WorkflowRule[], state: string, twin: string): boolean {
  const [mine, other] = [mentions(rules, state), mentions(rules, twin)].map((rule) => (rule ? rules.indexOf(rule) : -1));
  return mine === other ? state < twin : (mine ?? 0) > (other ?? 0);
}

function* lintNames({ definition: { rules, statuses } }: LintSubject): Generator<Diagnosis> {
  for (const state of statuses) {
    const rule = mentions(rules, state);
    const odd = ODD.find(([pattern]) => pattern.test(state));
    const words = state.split(/\s+/);
    const joined = words.length > 1 && words.every((word) => statuses.includes(word));
    if (rule && odd) yield warn(rule, '', `The state "${state}" ${odd[1]}.`, odd[2]);
    if (rule && joined)
      yield warn(rule, '', `"${state}" is one state with a blank in its name.`, `Is this meant? ${words.join(', ')}`);
    const twin = statuses.find((other) => other !== state && other.toLowerCase() === state.toLowerCase());
    if (rule && twin !== undefined && isLater(rules, state, twin))
      yield warn(rule, '', `"${state}" and "${twin}" are two states: upper and lower case count.`, 'Spell them alike.');
  }
}

function* lintCreation({ definition: { rules }, shared }: LintSubject): Generator<Diagnosis> {
  if (rules.some((rule) => rule.usable && isNew(rule) && rule.newState !== '*')) return;
  yield {
    severity: shared ? 'warning' : 'error',
    message: 'No action leads from <none> to a state, so nobody can file a ticket.',
    remedy: 'Add: create = <none> -> new',
    place: { ...placeOf(rules[0]), section: WORKFLOW_SECTION, key: undefined },
  };
}

/** Judges the states and how they hang together. */
export function* lintStates(subject: LintSubject, settings: ISettings): Generator<Diagnosis> {
  yield* lintCreation(subject);
  yield* lintNames(subject);
  yield* lintUnreachable(subject);
  yield* lintDeadEnds(subject, settings);
}
