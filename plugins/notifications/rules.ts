import { type Diagnosis, type ISettings, nearest, parseWhole } from 'tracts';

export type Pace = 'now' | 'hourly' | 'daily';

/** Whether those whom `rule` concerns are told, and how soon. The smallest `priority` decides. */
export interface Rule {
  readonly rule: string;
  readonly adverb: 'always' | 'never';
  readonly priority: number;
  readonly pace: Pace;
}

const SECTION = 'notification-subscriber';
const USUAL = 100;

interface Draft {
  rule?: string;
  readonly attributes: Map<string, string>;
}

function drafts(settings: ISettings): ReadonlyMap<string, Draft> {
  const found = new Map<string, Draft>();
  for (const [option, value] of settings.entries(SECTION)) {
    const dot = option.indexOf('.');
    const name = dot < 0 ? option : option.slice(0, dot);
    const draft: Draft = found.get(name) ?? { attributes: new Map() };
    found.set(name, draft);
    if (dot < 0) draft.rule = value.trim();
    else draft.attributes.set(option.slice(dot + 1), value.trim());
  }
  return found;
}

const priorityOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return USUAL;
  const number = parseWhole(text);
  return number !== undefined && Math.abs(number) < 1e9 ? number : undefined;
};

/** What trac.ini says, by rule and the more important first; what cannot be read is left out. */
export function readRules(settings: ISettings): ReadonlyMap<string, readonly Rule[]> {
  const found = new Map<string, Rule[]>();
  for (const [, { rule, attributes }] of [...drafts(settings)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const adverb = attributes.get('adverb') ?? 'always';
    const priority = priorityOf(attributes.get('priority'));
    const isMail = (attributes.get('distributor') ?? 'email') === 'email';
    if (rule === undefined || priority === undefined || !isMail || (adverb !== 'always' && adverb !== 'never')) continue;
    found.set(rule, [...(found.get(rule) ?? []), { rule, adverb, priority, pace: 'now' }]);
  }
  for (const rules of found.values()) rules.sort((a, b) => a.priority - b.priority);
  return found;
}

/** What is wrong in [notification-subscriber]. `known`: the rules that subscribers provide. */
export const diagnoseRules = (settings: ISettings, known: readonly string[]): readonly Diagnosis[] =>
  [...drafts(settings)].flatMap(([name, draft]) =>
    faultsOf(name, draft, known).map(({ option, message, remedy }) => ({
      severity: 'warning' as const,
      message,
      remedy,
      place: settings.place(SECTION, option),
    })),
  );

interface Fault {
  readonly option: string;
  readonly message: string;
  readonly remedy: string;
}

function faultsOf(name: string, { rule, attributes }: Draft, known: readonly string[]): readonly Fault[] {
  const faults: Fault[] = [];
  if (rule === undefined) {
    const [attribute = ''] = attributes.keys();
    const message = `There is no rule ${name} that this could belong to.`;
    faults.push({ option: `${name}.${attribute}`, message, remedy: `Add: ${name} = ${known[0] ?? 'RULE'}` });
  } else if (!known.includes(rule)) {
    const near = nearest(rule, known);
    const message = `There is no subscriber “${rule}”, so nobody is told because of it.`;
    faults.push({ option: name, message, remedy: near ? `Write ${near}.` : `Known: ${known.join(', ')}.` });
  }
  for (const [attribute, value] of attributes) {
    const message = attributeFault(attribute, value);
    if (message)
      faults.push({ option: `${name}.${attribute}`, message, remedy: 'The rule is left out until this is put right.' });
  }
  return faults;
}

function attributeFault(attribute: string, value: string): string | undefined {
  if (attribute === 'adverb')
    return ['always', 'never'].includes(value) ? undefined : `The adverb is always or never, not “${value}”.`;
  if (attribute === 'priority')
    return priorityOf(value) === undefined ? `The priority is a whole number, not “${value}”.` : undefined;
  if (attribute === 'distributor') return value === 'email' ? undefined : `Messages go by email only, not by “${value}”.`;
  return attribute === 'format' ? undefined : `A rule has no attribute “${attribute}”.`;
}

/**
 * What holds for a person whom several rules concern, in the order of the subscribers: of equal priority the earlier. undefined:
 * he is not told. Strangers cannot have said never, so for them any rule that tells will do (as in Trac).
 */
export function decide(rules: readonly Rule[], isStranger: boolean): Rule | undefined {
  const candidates = isStranger ? rules.filter(({ adverb }) => adverb === 'always') : rules;
  let first: Rule | undefined;
  for (const rule of candidates) if (!first || rule.priority < first.priority) first = rule;
  return first?.adverb === 'always' ? first : undefined;
}
