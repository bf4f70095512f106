import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Command, ICommandProvider } from './cli/extension-points.ts';
import { IJobProvider } from './jobs/extension-points.ts';
import { checkJobs } from './jobs/scheduler.ts';
import { reasonOf } from './kernel/errors.ts';
import type { Kernel } from './kernel/kernel.ts';
import { silentLog } from './kernel/log.ts';
import { CODE_ROOT } from './kernel/plugin-loader.ts';
import type { ComponentInfo } from './kernel/registry.ts';
import type { ExtensionPoint } from './kernel/tokens.ts';
import type { OperationContext } from './security/context.ts';
import { ITicketActionController, ITicketFieldProvider, ITicketFieldTypeProvider } from './ticket/extension-points.ts';
import { gatherTypes } from './ticket/fields.ts';
import { checkFieldList } from './ticket/good-lists.ts';
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
        kernel.drop(instance, reasonOf(error));
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
  probe(ICommandProvider, (providers) => providers.flatMap((provider) => [...provider.getCommands()]).forEach(checkCommand)),
  probe(ITicketActionController, (controllers) => {
    for (const controller of controllers) checkStatuses(controller.getAllStatus?.() ?? []);
  }),
];

function checkCommand(given: unknown): void {
  const { name, summary, run } = (given ?? {}) as Partial<Command>;
  if (typeof name !== 'string' || typeof summary !== 'string' || typeof run !== 'function')
    throw new Error('getCommands() gave something that is no command: it has no name, summary or run().');
}

function checkStatuses(given: unknown): void {
  if (!Array.isArray(given) || !given.every((one) => typeof one === 'string'))
    throw new Error('getAllStatus() gave no list of texts.');
}

/**
 * Leaves out components whose answers would keep the site from starting or every page from working: of two pages with one
 * address, two jobs or field types of one name, the one that was loaded later.
 */
export function dropMisfits(kernel: Kernel): void {
  for (const look of PROBES) look(kernel);
}

/**
 * Leaves out, with all they do, components that cannot even once give their fields: tickets would be read without them, and a policy
 * may go by one. Call it before anybody asks for a permission, since policies are gathered once.
 */
export async function dropFailingProviders(kernel: Kernel, ctx: OperationContext): Promise<void> {
  // Asking here would gather the policies, one that is about to be left out among them.
  const nobody = { ...ctx, can: () => false, log: silentLog };
  const isOurs = ({ file }: ComponentInfo): boolean => existsSync(path.join(CODE_ROOT, file));
  const ours = new Set(kernel.components().flatMap((one) => (one.enabled && isOurs(one) ? one.id : [])));
  for (const provider of kernel.all(ITicketFieldProvider)) {
    // What ours gather from other plugins may fail, and a ticket is none without its own fields.
    if (ours.has(kernel.idOf(provider))) continue;
    try {
      checkFieldList(await provider.getTicketFields(nobody));
    } catch (error) {
      // No fault of the provider's if the database is away.
      await ctx.db.raw('select 1');
      kernel.drop(provider, `It cannot give its fields: ${reasonOf(error)}`);
    }
  }
}
