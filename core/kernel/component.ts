import { reasonOf } from './errors.ts';
import type { AnyOption, OptionValues } from './option.ts';
import type { ExtensionPoint, Service, Token } from './tokens.ts';

type Intersect<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never;
type TypeOf<K> = K extends Token<infer T> ? T : never;
type Used<U> = {
  readonly [K in keyof U]: U[K] extends ExtensionPoint<infer T> ? Iterable<T> : U[K] extends Service<infer T> ? T : never;
};

// biome-ignore lint/suspicious/noExplicitAny: variance: a list of tokens of any type
type AnyToken = Token<any>;
type AnyTokens = readonly AnyToken[];
type AnyUses = Readonly<Record<string, AnyToken>>;
type AnyOptions = Readonly<Record<string, AnyOption>>;

/** What a component says of itself. */
export interface ComponentSpec<I extends AnyTokens, U extends AnyUses, O extends AnyOptions> {
  /** One line for `tracts plugin list` and /about. */
  readonly doc?: string;
  /** The interfaces this component implements. */
  readonly implements: I;
  /** What it needs: services arrive ready, extension points as lazy lists. */
  readonly uses?: U;
  /** The INI options it reads, parsed and typed. */
  readonly options?: O;
  /** Sections whose options the administrator names, which it reads through `ISettings`, each with a line of help. */
  readonly sections?: Readonly<Record<string, string>>;
  /** Permissions it introduces, each with a line of help. */
  readonly permissions?: Readonly<Record<string, string>>;
  /** Meta permissions: holding the key means holding each in the list, e.g. `{ TICKET_ADMIN: ['TICKET_DELETE'] }`. */
  readonly includes?: Readonly<Record<string, readonly string[]>>;
  /** Makes the instance; called once, when it is first needed. A `dispose()` on it is called when the site closes. */
  create(needs: Used<U> & { readonly options: OptionValues<O> }): Intersect<TypeOf<I[number]>>;
}

/** What `component()` returns; the kernel registers every export of this kind. */
export interface Component {
  readonly kind: 'component';
  readonly spec: ComponentSpec<AnyTokens, AnyUses, AnyOptions>;
}

/** Declares a component: the one thing a plugin module exports. */
export const component = <
  const I extends AnyTokens,
  U extends AnyUses = Record<never, never>,
  O extends AnyOptions = Record<never, never>,
>(
  spec: ComponentSpec<I, U, O>,
): Component => ({ kind: 'component', spec: spec as unknown as Component['spec'] });

/** True for what `component()` made, by its brand and not by its class: a plugin may carry its own copy of us. */
export const isComponent = (x: unknown): x is Component =>
  typeof x === 'object' &&
  x !== null &&
  (x as Component).kind === 'component' &&
  typeof (x as Component).spec?.create === 'function';

const isToken = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && typeof (x as AnyToken).symbol === 'symbol' && typeof (x as AnyToken).name === 'string';

const isOption = (x: unknown): boolean =>
  typeof x === 'object' &&
  x !== null &&
  typeof (x as AnyOption).section === 'string' &&
  typeof (x as AnyOption).parse === 'function';

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null;

/**
 * What is wrong with a declaration, as the end of a sentence; undefined: nothing. The compiler finds all of this in a plugin
 * that is compiled, but one dropped into a folder may never have met it.
 */
function declarationFault({ spec }: Component): string | undefined {
  const {
    doc = '',
    implements: roles,
    uses = {},
    options = {},
    sections = {},
    permissions = {},
    includes = {},
  } = spec as Partial<Component['spec']>;
  if (typeof doc !== 'string') return 'has "doc", but not as a line of text';
  if (!Array.isArray(roles)) return 'has no list "implements"';
  const strange = roles.findIndex((token) => !isToken(token));
  if (strange >= 0) return `names no interface as number ${strange + 1} of "implements"; is its import spelt right?`;
  const parts: readonly (readonly [string, unknown, (x: unknown) => boolean, string])[] = [
    ['uses', uses, isToken, 'no interface or service; is its import spelt right?'],
    ['options', options, isOption, 'no option; write option.text(...) or the like'],
    ['sections', sections, (x) => typeof x === 'string', 'no line of help'],
    ['permissions', permissions, (x) => typeof x === 'string', 'no line of help'],
    ['includes', includes, Array.isArray, 'no list of permissions'],
  ];
  for (const [part, entries, isGood, fault] of parts) {
    if (!isRecord(entries)) return `has "${part}", but not as an object`;
    const bad = Object.keys(entries).find((key) => !isGood(entries[key]));
    if (bad !== undefined) return `has under "${part}", ${bad}: ${fault}`;
  }
  return undefined;
}

/** Stands in for a component whose declaration makes no sense, so that it can still be listed. */
const EMPTY = component({ implements: [], create: () => ({}) });

/** An export of a plugin as a component, with what is wrong with it; undefined: it is none. Everything is read once, here. */
export function readDeclaration(x: unknown): { readonly declared: Component; readonly fault?: string } | undefined {
  try {
    if (!isComponent(x)) return undefined;
    const declared = component({ ...x.spec });
    const fault = declarationFault(declared);
    return fault === undefined ? { declared } : { declared: EMPTY, fault };
  } catch (error) {
    return { declared: EMPTY, fault: `cannot be read: ${reasonOf(error)}` };
  }
}
