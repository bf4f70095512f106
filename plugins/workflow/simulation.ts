import { BadRequestError, type Directory, nearest } from 'tracts';

/** One question to the workflow. */
export interface Scenario {
  /** null: a new ticket. */
  readonly status: string | null;
  readonly owner: string;
  readonly resolution: string;
  readonly reporter: string;
  readonly component: string;
  /** The stored component, when the form changes it. */
  readonly oldComponent: string | undefined;
  readonly user: string;
  /** By control name, as a form sends them. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** What `tracts workflow simulate FILE.json` reads. */
export interface Simulation {
  readonly ini: string;
  readonly directory: Directory;
  /** undefined: those of a new environment. */
  readonly components: readonly { readonly name: string; readonly owner: string }[] | undefined;
  /** undefined: those of a new environment. */
  readonly resolutions: readonly string[] | undefined;
  readonly scenarios: readonly Scenario[];
}

type Raw = Readonly<Record<string, unknown>>;

const refuse = (where: string, expected: string): never => {
  throw new BadRequestError(`The simulation file: ${where} must be ${expected}.`);
};

/** Keys that mean something. Any other is a note, unless it looks like one of these: then it was misspelt. */
const KEYS = {
  file: ['ini', 'grants', 'groups', 'users', 'components', 'resolutions', 'scenarios'],
  user: ['name', 'fullname', 'email'],
  component: ['name', 'owner'],
  scenario: ['status', 'owner', 'resolution', 'reporter', 'component', 'old_component', 'user', 'inputs'],
} as const;

function checkKeys(raw: Raw, known: readonly string[], where: string): void {
  for (const key of Object.keys(raw)) {
    const near = known.includes(key) ? undefined : nearest(key, known);
    if (near) throw new BadRequestError(`The simulation file: “${where}${key}” means nothing. Did you mean ${near}?`);
  }
}

const object = (value: unknown, where: string): Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : refuse(where, 'an object');

const list = (value: unknown, where: string): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : refuse(where, 'a list');

const text = (value: unknown, where: string): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : refuse(where, 'a text');

const texts = (value: unknown, where: string): string[] => list(value, where).map((item, at) => text(item, `${where}[${at}]`));

function readScenario(value: unknown, where: string): Scenario {
  const raw = object(value, where);
  checkKeys(raw, KEYS.scenario, `${where}.`);
  const part = (name: string): string => text(raw[name], `${where}.${name}`);
  const inputs = Object.entries(object(raw['inputs'] ?? {}, `${where}.inputs`));
  return {
    status: raw['status'] === undefined || raw['status'] === null ? null : part('status'),
    owner: part('owner'),
    resolution: part('resolution'),
    reporter: part('reporter'),
    component: part('component'),
    oldComponent: raw['old_component'] === undefined || raw['old_component'] === null ? undefined : part('old_component'),
    user: part('user') || 'anonymous',
    inputs: Object.fromEntries(inputs.map(([name, input]) => [name, text(input, `${where}.inputs.${name}`)])),
  };
}

function readDirectory(raw: Raw): Directory {
  const people = list(raw['users'], 'users').map((value, at) => {
    const person = object(value, `users[${at}]`);
    checkKeys(person, KEYS.user, `users[${at}].`);
    const part = (name: string): string => text(person[name], `users[${at}].${name}`);
    return [part('name'), { name: part('name'), fullName: part('fullname'), email: part('email') }] as const;
  });
  const grants = new Map<string, Set<string>>();
  const give = (subject: string, what: string): void => {
    grants.set(subject, (grants.get(subject) ?? new Set()).add(what));
  };
  for (const [subject, names] of Object.entries(object(raw['grants'] ?? {}, 'grants')))
    for (const name of texts(names, `grants.${subject}`)) give(subject, name);
  for (const [group, members] of Object.entries(object(raw['groups'] ?? {}, 'groups'))) {
    const named = texts(members, `groups.${group}`);
    // Without a member it would not be known as a group: it is made its own, which gives nobody anything.
    for (const member of named.length > 0 ? named : [group]) give(member, group);
  }
  return { people: new Map(people), grants };
}

/** Reads the parsed JSON of a simulation file; throws `BadRequestError` naming the place that is wrong. */
export function readSimulation(value: unknown): Simulation {
  const raw = object(value, 'the whole');
  checkKeys(raw, KEYS.file, '');
  const components = list(raw['components'], 'components').map((each, at) => {
    const entry = object(each, `components[${at}]`);
    checkKeys(entry, KEYS.component, `components[${at}].`);
    return { name: text(entry['name'], `components[${at}].name`), owner: text(entry['owner'], `components[${at}].owner`) };
  });
  return {
    ini: text(raw['ini'], 'ini'),
    directory: readDirectory(raw),
    components: raw['components'] === undefined ? undefined : components,
    resolutions: raw['resolutions'] === undefined ? undefined : texts(raw['resolutions'], 'resolutions'),
    scenarios: list(raw['scenarios'], 'scenarios').map((each, at) => readScenario(each, `scenarios[${at}]`)),
  };
}
