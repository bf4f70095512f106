import { type Diagnosis, nearest, type Place } from 'tracts';
import type { IWorkflowOperation, WorkflowSite } from './api.ts';
import { operationsOf } from './controller.ts';
import { RESET_ACTION, type WorkflowDefinition, type WorkflowRule } from './parse.ts';

/** What a workflow is judged by. */
export interface LintSubject {
  readonly definition: WorkflowDefinition;
  readonly operations: readonly IWorkflowOperation[];
  readonly site: WorkflowSite;
  /** Other controllers are at work, too: they may create tickets and lead to states that this file does not explain. */
  readonly shared: boolean;
}

/** Where an action begins, or its first attribute when it has no line. */
export const placeOf = (rule: WorkflowRule | undefined): Place | undefined =>
  rule?.places.get('') ?? rule?.places.values().next().value;

/** A warning about a rule, at the line of one of its attributes (`''`: of the action itself). */
export function warn(rule: WorkflowRule, attribute: string, message: string, remedy: string): Diagnosis {
  return { severity: 'warning', message, remedy, place: rule.places.get(attribute) ?? placeOf(rule) };
}

const didYouMean = (word: string, names: Iterable<string>, otherwise: string): string => {
  const near = nearest(word, names);
  return near === undefined ? otherwise : `Did you mean "${near}"?`;
};

/** Attributes of every action, and those the workflow of the ITSM plugins will read. */
const ATTRIBUTES = ['label', 'name', 'default', 'operations', 'permissions', 'oldstates', 'newstate', 'style', 'conditions'];

function* lintOperations(rule: WorkflowRule, { operations }: LintSubject): Generator<Diagnosis> {
  const names = operations.map(({ name }) => name);
  for (const word of rule.operations) {
    if (names.includes(word)) continue;
    const parts = word.split(/[\s;|]+/);
    const joined = parts.length > 1 && parts.every((part) => names.includes(part));
    const remedy = joined
      ? `Separate them by commas: ${rule.name}.operations = ${parts.join(', ')}`
      : didYouMean(word, names, 'Correct the name, or enable the plugin that provides it.');
    yield warn(
      rule,
      'operations',
      `The action "${rule.name}" names the operation "${word}", which nobody provides; it does nothing.`,
      remedy,
    );
  }
}

function* lintPermissions(rule: WorkflowRule, { site }: LintSubject): Generator<Diagnosis> {
  const fault = (name: string): string | undefined => {
    if (name !== name.toUpperCase()) return 'permissions are written in upper case';
    return site.permissions?.has(name) === false ? 'no such permission is defined' : undefined;
  };
  const bad = rule.permissions.filter((name) => fault(name) !== undefined);
  const nobody = bad.length > 0 && bad.length === rule.permissions.length;
  for (const name of bad) {
    const effect = nobody ? 'nobody can use the action, not even TRAC_ADMIN' : 'it admits nobody';
    const message = `The action "${rule.name}" asks for the permission "${name}": ${fault(name)}, so ${effect}.`;
    const parts = name.split(/[\s;|]+/);
    const remedy =
      parts.length > 1
        ? `Separate them by commas: ${rule.name}.permissions = ${parts.join(', ')}`
        : didYouMean(name, site.permissions ?? [name.toUpperCase()], 'Correct the name, or enable the plugin that defines it.');
    yield warn(rule, 'permissions', message, remedy);
  }
}

function* lintAttributes(rule: WorkflowRule, subject: LintSubject): Generator<Diagnosis> {
  const { operations } = subject;
  const readers = new Map(
    operations.flatMap((each) => [each.name, ...(each.attributes ?? [])].map((key) => [key, each] as const)),
  );
  // A word that no operation has may be one of a plugin that is off, with its attribute.
  const read = new Set([...ATTRIBUTES, ...rule.operations]);
  for (const { attributes = [] } of operationsOf(rule, operations)) for (const key of attributes) read.add(key);
  for (const key of Object.keys(rule.attributes)) {
    if (read.has(key)) continue;
    if (readers.has(key)) {
      const message = `"${rule.name}.${key}" has no effect: the action does not name the operation that reads it.`;
      yield warn(rule, key, message, `Add the operation: ${rule.name}.operations = ${[...rule.operations, key].join(', ')}`);
      continue;
    }
    const near = nearest(key, [...ATTRIBUTES, ...readers.keys()]);
    if (near !== undefined)
      yield warn(rule, key, `"${rule.name}.${key}" is no attribute that anything reads.`, `Did you mean "${rule.name}.${near}"?`);
  }
}

function* lintTransition(rule: WorkflowRule, { definition, operations }: LintSubject): Generator<Diagnosis> {
  const { name, oldStates, newState, places } = rule;
  if (!places.has('') && !places.has('oldstates') && name !== RESET_ACTION) {
    const others = definition.rules.filter((other) => other.places.has('')).map((other) => other.name);
    const message = `The action "${name}" has attributes but no line that says from which states it leads where; it is never offered.`;
    yield warn(rule, '', message, didYouMean(name, others, `Add: ${name} = old, states -> new`));
    return;
  }
  if (!rule.usable) return;
  if (oldStates.length === 0 && name !== RESET_ACTION)
    yield warn(
      rule,
      '',
      `The action "${name}" names no old state, so it is never offered.`,
      'Name states before "->", or "*" for all.',
    );
  if (oldStates.length > 1 && oldStates.includes('*')) {
    const message = `In the action "${name}" the "*" stands in a list, where it means a state called "*" and not every state.`;
    yield warn(rule, '', message, `Write "* -> ${newState}", or name the states.`);
  }
  if (newState === '*' && !operationsOf(rule, operations).some(({ decidesStatus }) => decidesStatus)) {
    const message = `The action "${name}" leads to "*", but none of its operations says what becomes of the status; it is never offered.`;
    yield warn(rule, '', message, `Add leave_status: ${name}.operations = ${['leave_status', ...rule.operations].join(', ')}`);
  }
}

function* lintOwnWords(rule: WorkflowRule, { operations, site }: LintSubject): Generator<Diagnosis> {
  for (const operation of operationsOf(rule, operations))
    for (const { severity, message, remedy, attribute = '' } of operation.check?.(rule, site) ?? [])
      yield { ...warn(rule, attribute, message, remedy ?? ''), severity, remedy };
}

/** Judges each action by itself. */
export function* lintActions(subject: LintSubject): Generator<Diagnosis> {
  for (const rule of subject.definition.rules)
    for (const lint of [lintTransition, lintOperations, lintPermissions, lintAttributes, lintOwnWords])
      yield* lint(rule, subject);
}
