import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';

/** Vocabularies that tickets draw on. `ticket_type` is called so in storage, as in Trac. */
export type AdjunctType = 'component' | 'milestone' | 'version' | 'priority' | 'severity' | 'ticket_type' | 'resolution';

/** One value of a vocabulary. */
export interface Adjunct {
  readonly name: string;
  readonly description: string;
  /** Rank of an enum value, from 1. */
  readonly rank?: number;
  /** Owner of a component; `''` when none. */
  readonly owner?: string;
  /** Release time of a version. */
  readonly time?: Date | undefined;
  /** Of a milestone. */
  readonly due?: Date | undefined;
  readonly completed?: Date | undefined;
}

/** Contributes values of a component, milestone, priority, ... Combined: all, stored ones first. */
export interface ITicketAdjunctContributor {
  getAdjuncts(type: AdjunctType): readonly Adjunct[] | Promise<readonly Adjunct[]>;
}
export const ITicketAdjunctContributor = extensionPoint<ITicketAdjunctContributor>('ITicketAdjunctContributor', {
  doc: 'Contributes values to vocabularies.',
});

/** Components, milestones, versions, priorities, severities, ticket types, resolutions: one service. */
export interface IAdjunctService {
  /** In display order (enums by rank, milestones open first and by due date, versions newest first, components by name). Cached by generation. */
  list(ctx: OperationContext, type: AdjunctType): Promise<readonly Adjunct[]>;
  /** Adds or replaces one. Needs a writing transaction. */
  save(ctx: OperationContext, type: AdjunctType, value: Adjunct): Promise<void>;
}
export const IAdjunctService = service<IAdjunctService>('IAdjunctService', { doc: 'Knows the vocabularies.' });
