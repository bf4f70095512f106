import { type Diagnosis, type ISettings, nearest } from 'tracts';
import { operationsOf } from './controller.ts';
import { type LintSubject, placeOf, warn } from './lint-actions.ts';
import { WORKFLOW_SECTION, type WorkflowRule } from './parse.ts';

const fromAnywhere = ({ oldStates }: WorkflowRule): boolean => oldStates.length === 1 && oldStates[0] === '*';
const isNew = (rule: WorkflowRule): boolean => rule.oldStates.includes(null);

/** A state as the rules speak of it. */
interface Mentions {
  /** Position of the first rule that names it, and that rule. */
  readonly at: number;
  readonly first: WorkflowRule;
  /** Rules that name it as an old state. */
  readonly leaving: WorkflowRule[];
}

/** Gathered once: a workflow may have a thousand states and as many actions. */
function gatherMentions(rules: readonly WorkflowRule[]): ReadonlyMap<string, Mentions> {
  const found = new Map<string, Mentions>();
  rules.forEach((rule, at) => {
    const mention = (state: string): Mentions => {
      const known = found.get(state) ?? { at, first: rule, leaving: [] };
      found.set(state, known);
      return known;
    };
    for (const state of new Set(rule.oldStates)) if (state !== null) mention(state).leaving.push(rule);
    mention(rule.newState);
  });
  return found;
}

/**
 * Where a rule leads: its target and what its operations may choose; `*`, the state where it begins, apart. A rule that is not
 * available for its bad weight counts: one mistake is reported once.
 */
function targetsOf(rule: WorkflowRule, { operations }: LintSubject): readonly string[] {
  const chosen = operationsOf(rule, operations).flatMap((operation) => operation.statuses?.(rule) ?? []);
  return [rule.newState, ...chosen].filter((state) => state !== '' && state !== '*');
}

function reachable(subject: LintSubject, mentions: ReadonlyMap<string, Mentions>): ReadonlySet<string> {
  const { rules } = subject.definition;
  const reached = new Set<string>();
  const taken = new Set<WorkflowRule>();
  const take = (rule: WorkflowRule): void => {
    if (taken.has(rule)) return;
    taken.add(rule);
    for (const state of targetsOf(rule, subject)) reached.add(state);
  };
  rules.filter(isNew).forEach(take);
  if (reached.size > 0) rules.filter(fromAnywhere).forEach(take);
  // A set visits what is added to it during the loop.
  for (const state of reached) mentions.get(state)?.leaving.forEach(take);
  return reached;
}

function remedyFor(state: string, statuses: readonly string[], otherwise: string): string {
  const near = nearest(state, statuses);
  return near === undefined ? otherwise : `Is "${near}" meant? Otherwise: ${otherwise}`;
}

function* lintUnreachable(subject: LintSubject, mentions: ReadonlyMap<string, Mentions>): Generator<Diagnosis> {
  const { statuses } = subject.definition;
  const reached = reachable(subject, mentions);
  if (reached.size === 0 || subject.shared) return;
  for (const state of statuses) {
    const rule = mentions.get(state)?.first;
    if (!rule || reached.has(state)) continue;
    const remedy = remedyFor(state, statuses, `add an action that leads to "${state}", or remove the state.`);
    yield warn(rule, '', `No ticket can get into the state "${state}".`, remedy);
  }
}

/** `[ticket-status] STATE.terminal = true` says that a state is meant to be the end. */
const isTerminal = (settings: ISettings, state: string): boolean =>
  settings.get('ticket-status', `${state.toLowerCase()}.terminal`)?.trim().toLowerCase() === 'true';

function* lintDeadEnds(subject: LintSubject, mentions: ReadonlyMap<string, Mentions>, settings: ISettings): Generator<Diagnosis> {
  const { rules, statuses } = subject.definition;
  if (subject.shared) return;
  const known = new Map<WorkflowRule, readonly string[]>();
  const leadsOn = (rule: WorkflowRule, state: string): boolean => {
    const targets = known.get(rule) ?? targetsOf(rule, subject);
    known.set(rule, targets);
    return targets.some((next) => next !== state);
  };
  const anywhere = rules.filter(fromAnywhere);
  for (const state of statuses) {
    const { first: rule, leaving = [] } = mentions.get(state) ?? {};
    const leaves = (each: WorkflowRule): boolean => leadsOn(each, state);
    if (!rule || isTerminal(settings, state) || leaving.some(leaves) || anywhere.some(leaves)) continue;
    const remedy = remedyFor(
      state,
      statuses,
      `add an action that leads on from "${state}", or "${state}.terminal = true" in [ticket-status] if it is the end.`,
    );
    yield warn(rule, '', `No action leads on from the state "${state}".`, remedy);
  }
}

const ODD: readonly (readonly [RegExp, string, string])[] = [
  [/^<\s*none\s*>$/i, 'looks like “no ticket yet”, but is read as a state', 'Write <none>, once in a list.'],
  [
    /[;#|]/,
    'holds a sign that looks like a separator or a comment',
    'Separate states by commas; a comment needs a line of its own.',
  ],
  [/^[-=>]|[-=>]$/, 'ends in a piece of an arrow', 'Write the arrow as "->".'],
];

/** The first two of the states that differ in case alone. */
function findTwins(statuses: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const state of statuses) {
    const twins = found.get(state.toLowerCase()) ?? [];
    if (twins.length < 2) twins.push(state);
    found.set(state.toLowerCase(), twins);
  }
  return found;
}

function* lintNames({ definition: { statuses } }: LintSubject, mentions: ReadonlyMap<string, Mentions>): Generator<Diagnosis> {
  const known = new Set(statuses);
  const spellings = findTwins(statuses);
  /** Of two spellings the one that comes later in the file is the slip; in one line, the one that sorts first. */
  const isLater = (state: string, twin: string): boolean => {
    const [mine, other] = [mentions.get(state)?.at ?? -1, mentions.get(twin)?.at ?? -1];
    return mine === other ? state < twin : mine > other;
  };
  for (const state of statuses) {
    const rule = mentions.get(state)?.first;
    if (!rule) continue;
    const odd = ODD.find(([pattern]) => pattern.test(state));
    const words = state.split(/\s+/);
    const joined = words.length > 1 && words.every((word) => known.has(word));
    if (odd) yield warn(rule, '', `The state "${state}" ${odd[1]}.`, odd[2]);
    if (joined) yield warn(rule, '', `"${state}" is one state with a blank in its name.`, `Is this meant? ${words.join(', ')}`);
    const twin = spellings.get(state.toLowerCase())?.find((other) => other !== state);
    if (twin !== undefined && isLater(state, twin))
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
  const mentions = gatherMentions(subject.definition.rules);
  yield* lintNames(subject, mentions);
  yield* lintUnreachable(subject, mentions);
  yield* lintDeadEnds(subject, mentions, settings);
}
