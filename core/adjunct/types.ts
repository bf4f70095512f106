import { TracError } from '../kernel/errors.ts';
import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';

/**
 * Vocabularies that tickets draw on. `ticket_type` is called so in storage, as in Trac. `keyword` holds words to propose in
 * the field keywords; a ticket may have others.
 */
export type AdjunctType =
  | 'component'
  | 'milestone'
  | 'version'
  | 'priority'
  | 'severity'
  | 'ticket_type'
  | 'resolution'
  | 'keyword';

/** What may be said of a value beside its name and place in the list. */
export interface AdjunctDetails {
  readonly description: string;
  /** Owner of a component, or several apart by commas; `''` when none. */
  readonly owner?: string;
  /** Release time of a version. */
  readonly time?: Date | undefined;
  /** Of a milestone. */
  readonly due?: Date | undefined;
  readonly completed?: Date | undefined;
}

/** One value of a vocabulary. */
export interface Adjunct extends AdjunctDetails {
  readonly name: string;
  /** Rank of an enum value, from 1. */
  readonly rank?: number;
  /** The component that contributes it; absent: it is stored, and an administrator may change it. */
  readonly source?: string;
}

/** What somebody asked of a vocabulary cannot be; `field` is the form control concerned. */
export class AdjunctError extends TracError {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super('ADJUNCT', message, 422);
  }
}

type May<T> = T | Promise<T>;

/**
 * Contributes values of a component, milestone, priority, ... They are offered like stored ones and cannot be changed or
 * deleted in the panels, which name their contributor.
 *
 * Called: whenever a vocabulary is read, several times for each form; must be cheap. Combined: all, stored values first; of
 * two with one name the first counts. Ordered by: nothing. If it throws: the request fails.
 */
export interface ITicketAdjunctContributor {
  getAdjuncts(type: AdjunctType): May<readonly Adjunct[]>;
}
export const ITicketAdjunctContributor = extensionPoint<ITicketAdjunctContributor>('ITicketAdjunctContributor', {
  doc: 'Contributes values to vocabularies.',
});

/**
 * Hears of changed vocabularies, inside the transaction, once the value and the tickets that have it are stored anew. What a
 * plugin contributes and what a new environment begins with is not heard of. For what must not delay or undo the change, use
 * `ctx.afterCommit`.
 *
 * Called: after each change. Combined: all. Ordered by: nothing. If it throws: the whole change is undone, tickets included.
 */
export interface ITicketAdjunctChangeListener {
  adjunctCreated?(ctx: OperationContext, type: AdjunctType, value: Adjunct): May<void>;
  /** Anything but the name; a new order tells of each value whose rank moved. */
  adjunctChanged?(ctx: OperationContext, type: AdjunctType, value: Adjunct, before: Adjunct): May<void>;
  adjunctRenamed?(ctx: OperationContext, type: AdjunctType, value: Adjunct, before: Adjunct): May<void>;
  /** `replacement`: what its tickets have instead, `''` for nothing; undefined: they keep the value. Merging is deleting so, too. */
  adjunctDeleted?(ctx: OperationContext, type: AdjunctType, value: Adjunct, replacement: string | undefined): May<void>;
}
export const ITicketAdjunctChangeListener = extensionPoint<ITicketAdjunctChangeListener>('ITicketAdjunctChangeListener', {
  doc: 'Hears of created, changed, renamed and deleted values of vocabularies.',
});

/** One value that takes another's place in everything that has it. */
export interface AdjunctReplacement {
  readonly from: string;
  /** `''`: nothing takes its place. */
  readonly to: string;
  /** What was done, for the history: `rename component`. */
  readonly action: string;
  /** The same as a sentence for people. */
  readonly comment: string;
  /** Only where work is still to be done: open tickets. */
  readonly openOnly?: boolean;
}

/** Which uses to count; absent: all. */
export interface UseFilter {
  readonly name?: string;
  readonly openOnly?: boolean;
}

/**
 * Holds values of vocabularies and follows when they change: the tickets do, and so may a plugin's own records.
 *
 * Called: `countUses` for panels, `replaceValue` inside the transaction that renames, merges, deletes or closes a value.
 * Combined: all, added up. Ordered by: nothing. If it throws: the whole change is undone.
 */
export interface IAdjunctHolder {
  /** How many records have each value. */
  countUses(ctx: OperationContext, type: AdjunctType, filter: UseFilter): May<ReadonlyMap<string, number>>;
  /** Replaces the value wherever it stands; returns in how many records. */
  replaceValue(ctx: OperationContext, type: AdjunctType, replacement: AdjunctReplacement): May<number>;
}
export const IAdjunctHolder = extensionPoint<IAdjunctHolder>('IAdjunctHolder', {
  doc: 'Holds values of vocabularies and follows when they change.',
});

/** What becomes of the tickets of a value that is deleted: they keep it, or get another, `''` for none. */
export type AdjunctDisposal = 'keep' | { readonly replaceBy: string };

/**
 * Components, milestones, versions, priorities, severities, ticket types, resolutions, keywords: one service. It asks no
 * permission: whoever calls it did. Changing methods need a writing transaction and throw `AdjunctError` with a sentence for
 * people: a name that is empty, too long or taken, a value that is not there or that a plugin contributes.
 */
export interface IAdjunctService {
  /** In display order (enums by rank, milestones open first and by due date, versions newest first, components by name), contributed ones last. Cached by generation. */
  list(ctx: OperationContext, type: AdjunctType): Promise<readonly Adjunct[]>;
  /** An object that stays the same while no list changes: for those who keep what they made of them. */
  edition(ctx: OperationContext): object | Promise<object>;
  /** How many tickets, and whatever else holds values, have each; values nobody has are absent. Keywords: only one by `name`. */
  countUses(ctx: OperationContext, type: AdjunctType, filter?: UseFilter): Promise<ReadonlyMap<string, number>>;
  /** Adds one, with white space in its name collapsed, at the end where the list has an order; returns it as stored. */
  create(ctx: OperationContext, type: AdjunctType, value: { readonly name: string } & Partial<AdjunctDetails>): Promise<Adjunct>;
  /** Changes what is given; an undefined time takes the time away. */
  change(ctx: OperationContext, type: AdjunctType, name: string, details: Partial<AdjunctDetails>): Promise<void>;
  /** Changes name and tickets; returns how many tickets. */
  rename(ctx: OperationContext, type: AdjunctType, name: string, to: string): Promise<number>;
  /** The tickets of `name` get `into`, which may be contributed, and `name` is deleted; returns how many tickets. */
  merge(ctx: OperationContext, type: AdjunctType, name: string, into: string): Promise<number>;
  /** Deletes a stored value; returns how many tickets changed. */
  remove(ctx: OperationContext, type: AdjunctType, name: string, tickets: AdjunctDisposal): Promise<number>;
  /** Gives the open tickets of a value another, `''` for none, e.g. when a milestone is completed; returns how many. */
  retarget(ctx: OperationContext, type: AdjunctType, name: string, to: string): Promise<number>;
  /** Ranks anew from 1: `names` must be all stored names of an enum, each once. */
  reorder(ctx: OperationContext, type: AdjunctType, names: readonly string[]): Promise<void>;
  /** Adds or replaces one as it is, telling nobody: for new environments and importers. */
  save(ctx: OperationContext, type: AdjunctType, value: Adjunct): Promise<void>;
}
export const IAdjunctService = service<IAdjunctService>('IAdjunctService', { doc: 'Knows the vocabularies.' });
