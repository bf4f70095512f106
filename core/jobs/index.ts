import type { Log } from '../kernel/log.ts';
import type { ExtensionPoint } from '../kernel/tokens.ts';
import type { IContexts } from '../security/contexts.ts';
import { IJobProvider } from './extension-points.ts';
import { Housekeeping } from './housekeeping.ts';
import { Scheduler } from './scheduler.ts';

/** This folder's components, for the composition of a site. */
export const components = { Housekeeping };

/** What is needed of a site to run its jobs. */
interface JobSite {
  readonly contexts: IContexts;
  all<T>(point: ExtensionPoint<T>): readonly T[];
}

/** Runs the site's jobs; call what it gives to stop them, which waits for those under way. */
export function startJobs(site: JobSite, log: Log): () => Promise<void> {
  const scheduler = new Scheduler(site.contexts, log);
  scheduler.start(site.all(IJobProvider).flatMap((provider) => provider.getJobs()));
  return () => scheduler.stop();
}
