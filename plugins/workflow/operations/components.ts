import {
  type Adjunct,
  component,
  type IAdjunctService,
  IDiagnostician,
  ISettings,
  nearest,
  type OperationContext,
  option,
} from 'tracts';
import { lastOwners, openTickets } from './owner-store.ts';

/** Both spellings stand for “whoever owns the component” (Trac). */
const DEFAULT_OWNER = ['< default >', '<default>'];

const STRATEGIES = ['first', 'round-robin', 'least-loaded'] as const;
export type OwnerStrategy = (typeof STRATEGIES)[number];

/** A text and no choice: a misspelt word must not cost the site its workflow. */
export const STRATEGY_OPTION = option.text(
  'component-owners',
  'strategy',
  'first',
  'Which of several owners of a component gets a ticket: first, round-robin (the next in turn) or least-loaded (fewest open ones).',
);

const strategyOf = (text: string): OwnerStrategy | undefined => STRATEGIES.find((one) => one === text.trim());

/** Reports a strategy that does not exist; the first owner counts then. */
export const OwnerStrategyCheck = component({
  doc: 'Checks [component-owners] strategy.',
  implements: [IDiagnostician],
  uses: { settings: ISettings },
  options: { strategy: STRATEGY_OPTION },
  create: ({ settings, options: { strategy } }) => ({
    diagnose: () => {
      if (strategyOf(strategy)) return [];
      const place = settings.place('component-owners', 'strategy');
      const near = nearest(strategy, STRATEGIES);
      const message = `[component-owners] strategy = ${strategy}: there is no such strategy; the first owner gets the tickets.`;
      return [
        { severity: 'error', message, remedy: near ? `Did you mean ${near}?` : `Write one of ${STRATEGIES.join(', ')}.`, place },
      ];
    },
  }),
});

/** The owners of every component, read once so that changes can be computed without waiting. */
export interface ComponentOwners {
  /** Who gets a ticket of the component: `''` when it has no owner, undefined when there is no such component. */
  pick(component: unknown): string | undefined;
  /** True when the name is one of the component's owners, or is empty and it has none. */
  owns(component: unknown, name: string): boolean;
}

const split = (owner: string | undefined): readonly string[] => [
  ...new Set(
    (owner ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  ),
];

/** The owners that the strategy prefers, by component; only for components that have several. */
async function choose(
  { db }: OperationContext,
  shared: ReadonlyMap<string, readonly string[]>,
  strategy: OwnerStrategy,
): Promise<ReadonlyMap<string, string>> {
  if (shared.size === 0 || strategy === 'first') return new Map();
  if (strategy === 'round-robin') {
    const last = await lastOwners(db, shared);
    return new Map(
      [...shared].map(([name, owners]) => [name, owners[(owners.indexOf(last.get(name) ?? '') + 1) % owners.length] ?? '']),
    );
  }
  const load = await openTickets(db, [...new Set([...shared.values()].flat())]);
  const least = (owners: readonly string[]): string =>
    owners.reduce((best, one) => ((load.get(one) ?? 0) < (load.get(best) ?? 0) ? one : best));
  return new Map([...shared].map(([name, owners]) => [name, least(owners)]));
}

const known = new WeakMap<OperationContext, ComponentOwners>();

/** Reads the owners, once for all actions of one form, which ask one after the other. */
export function readComponentOwners(
  ctx: OperationContext,
  adjuncts: IAdjunctService,
  strategy = 'first',
): ComponentOwners | Promise<ComponentOwners> {
  return known.get(ctx) ?? read(ctx, adjuncts, strategyOf(strategy) ?? 'first');
}

const ownersIn = new WeakMap<readonly Adjunct[], ReadonlyMap<string, readonly string[]>>();

/** Owners by component. A list stays the same object until a component changes. */
function ownersOf(components: readonly Adjunct[]): ReadonlyMap<string, readonly string[]> {
  const before = ownersIn.get(components);
  if (before) return before;
  const owners = new Map(components.map(({ name, owner }) => [name, split(owner)]));
  ownersIn.set(components, owners);
  return owners;
}

async function read(ctx: OperationContext, adjuncts: IAdjunctService, strategy: OwnerStrategy): Promise<ComponentOwners> {
  const owners = ownersOf(await adjuncts.list(ctx, 'component'));
  const chosen = await choose(ctx, new Map([...owners].filter(([, all]) => all.length > 1)), strategy);
  const found = ownersFrom(owners, chosen);
  known.set(ctx, found);
  return found;
}

function ownersFrom(owners: ReadonlyMap<string, readonly string[]>, chosen: ReadonlyMap<string, string>): ComponentOwners {
  const of = (component: unknown): readonly string[] | undefined =>
    component === undefined || component === '' ? [] : owners.get(String(component));
  return {
    pick: (component) => {
      const all = of(component);
      return all && (chosen.get(String(component)) ?? all[0] ?? '');
    },
    owns: (component, name) => {
      const all = of(component);
      return all !== undefined && (all.length === 0 ? name === '' : all.includes(name));
    },
  };
}

/** Replaces `< default >` by the owner of the ticket's component; every other name stays. */
export const resolveOwner = (owner: unknown, component: unknown, owners: ComponentOwners): string => {
  const name = String(owner ?? '');
  return DEFAULT_OWNER.includes(name) ? (owners.pick(component) ?? '') : name;
};
