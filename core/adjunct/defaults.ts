import type { Adjunct, AdjunctType } from './types.ts';

const ranked = (...names: readonly string[]): readonly Adjunct[] =>
  names.map((name, index) => ({ name, description: '', rank: index + 1 }));

/** What a new environment offers, as in Trac: severity has no values, which hides its field. */
export const DEFAULT_ADJUNCTS: ReadonlyMap<AdjunctType, readonly Adjunct[]> = new Map<AdjunctType, readonly Adjunct[]>([
  ['ticket_type', ranked('defect', 'enhancement', 'task')],
  ['priority', ranked('blocker', 'critical', 'major', 'minor', 'trivial')],
  ['resolution', ranked('fixed', 'invalid', 'wontfix', 'duplicate', 'worksforme')],
  ['component', ['component1', 'component2'].map((name) => ({ name, description: '', owner: 'somebody' }))],
  ['version', ['1.0', '2.0'].map((name) => ({ name, description: '' }))],
  ['milestone', ['milestone1', 'milestone2', 'milestone3', 'milestone4'].map((name) => ({ name, description: '' }))],
]);
