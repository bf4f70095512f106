import { extensionPoint } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';

/** Something done by the clock. */
export interface Job {
  /** Unique on the site; what a run is known by in the log. */
  readonly name: string;
  /** A cron line of five or six fields: minute, hour, day of month, month, day of week; seconds, if any, come first. */
  readonly schedule: string;
  /** One line for administrators. */
  readonly summary: string;
  /** `write` (the default): `run` is one transaction. `read`: for long work, which writes in steps through `IContexts`. */
  readonly mode?: 'read' | 'write';
  /** Acts as the user `tracts`, through the door `job`. */
  run(ctx: OperationContext): Promise<void>;
}

/**
 * Adds jobs.
 *
 * Called: once at start. Combined: all; a repeated name is an error. However many processes serve the site, each time of a
 * schedule runs in one of them, and a run that is still going when the next is due lets that one pass. If `run` throws: it
 * is logged, its transaction undone, and the next time tries again.
 */
export interface IJobProvider {
  getJobs(): readonly Job[];
}
export const IJobProvider = extensionPoint<IJobProvider>('IJobProvider', { doc: 'Adds things done by the clock.' });
