import type { Log } from '../kernel/log.ts';
import type { ExtensionPoint, Service } from '../kernel/tokens.ts';
import type { IContexts } from '../security/contexts.ts';
import { IJobProvider } from './extension-points.ts';
import { Housekeeping } from './housekeeping.ts';
import { channelsByName, IOutboxBell, OutboxSystem } from './outbox.ts';
import { IOutboxChannelProvider } from './outbox-points.ts';
import { OutboxWorker } from './outbox-worker.ts';
import { Scheduler } from './scheduler.ts';

/** This folder's components, for the composition of a site. */
export const components = { Housekeeping, OutboxSystem };

/** What is needed of a site to run its jobs. */
interface JobSite {
  readonly contexts: IContexts;
  get<T>(token: Service<T>): T;
  all<T>(point: ExtensionPoint<T>): readonly T[];
}

/** Runs the site's jobs and delivers its messages; call what it gives to stop both, which waits for those under way. */
export function startJobs(site: JobSite, log: Log): () => Promise<void> {
  const channels = channelsByName(site.all(IOutboxChannelProvider));
  const scheduler = new Scheduler(site.contexts, log);
  scheduler.start(site.all(IJobProvider).flatMap((provider) => provider.getJobs()));
  const worker = new OutboxWorker({ contexts: site.contexts, channels: channels.values(), log });
  const bell = site.get(IOutboxBell);
  bell.listen((insistent) => worker.ring(insistent));
  worker.start();
  return async () => {
    bell.listen(undefined);
    await Promise.all([scheduler.stop(), worker.stop()]);
  };
}

/**
 * Delivers what is due now, and what comes of it, in this process and without pauses; returns how many messages went out.
 * `now`: as if it were then.
 */
export function deliverDue(
  site: Pick<JobSite, 'contexts' | 'all'>,
  log: Log,
  now: () => Date = () => new Date(),
): Promise<number> {
  const channels = channelsByName(site.all(IOutboxChannelProvider)).values();
  return new OutboxWorker({ contexts: site.contexts, channels, log, now }).drain();
}
