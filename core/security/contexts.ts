import { service } from '../kernel/tokens.ts';
import type { OperationContext, User, Via } from './context.ts';

/** Who asks for a context. */
export interface Asker {
  readonly user: User;
  readonly via: Via;
  /** Default: the clock. Tests and the importer set it. */
  readonly now?: Date;
  /** Default: what the person chose, else the site's. */
  readonly timeZone?: string;
}

/** Makes the contexts in which everything happens. */
export interface IContexts {
  /** Runs `work` with a context that can only read. */
  read<T>(asker: Asker, work: (ctx: OperationContext) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction; then the after-commit tasks, each on its own. May run `work` again after a deadlock. */
  write<T>(asker: Asker, work: (ctx: OperationContext) => Promise<T>): Promise<T>;
}
export const IContexts = service<IContexts>('IContexts', { doc: 'Makes the contexts in which everything happens.' });
