import { statSync } from 'node:fs';
import { IJobProvider } from './jobs/extension-points.ts';
import { checkJobs } from './jobs/scheduler.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { ExtensionPoint } from './kernel/tokens.ts';
import { ITicketFieldTypeProvider } from './ticket/extension-points.ts';
import { gatherTypes } from './ticket/fields.ts';
import { IRouteProvider, ITemplateProvider } from './web/extension-points.ts';
import { collectRoutes } from './web/routes.ts';

type Probe = (kernel: Kernel) => void;

/** `check` throws when what these components answer does not fit together. */
const probe =
  <T extends object>(point: ExtensionPoint<T>, check: (instances: readonly T[]) => unknown): Probe =>
  (kernel) => {
    const good: T[] = [];
    for (const instance of kernel.all(point)) {
      try {
        check([...good, instance]);
        good.push(instance);
      } catch (error) {
        kernel.drop(instance, error instanceof Error ? error.message : String(error));
      }
    }
  };

function checkFolders(providers: readonly ITemplateProvider[]): void {
  for (const provider of providers)
    for (const dir of [...(provider.getTemplateDirs?.() ?? []), ...Object.values(provider.getStaticDirs?.() ?? {})])
      if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`There is no folder ${dir}.`);
}

const PROBES: readonly Probe[] = [
  probe(IRouteProvider, collectRoutes),
  probe(IJobProvider, (providers) => checkJobs(providers.flatMap((provider) => provider.getJobs()))),
  probe(ITicketFieldTypeProvider, gatherTypes),
  probe(ITemplateProvider, checkFolders),
];

/**
 * Leaves out components whose answers would keep the site from starting or every page from working: of two pages with one
 * address, two jobs or field types of one name, the one that was loaded later.
 */
export function dropMisfits(kernel: Kernel): void {
  for (const look of PROBES) look(kernel);
}
