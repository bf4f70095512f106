import type { IAdjunctService } from '../../core/adjunct/types.ts';
import { IAdjunctService as AdjunctToken } from '../../core/adjunct/types.ts';
import { parseConfiguration } from '../../core/config/configuration.ts';
import { ISettings } from '../../core/kernel/configuration.ts';
import { Kernel } from '../../core/kernel/kernel.ts';
import { ILog, silentLog } from '../../core/kernel/log.ts';
import { ISiteHealth } from '../../core/kernel/registry.ts';
import type { Settings } from '../../core/kernel/settings.ts';
import type { Directory } from '../../core/security/context.ts';
import { CorePermissions } from '../../core/security/core-permissions.ts';
import { IPermissionService } from '../../core/security/extension-points.ts';
import { PermissionSystem } from '../../core/security/permissions.ts';
import { DefaultPermissionPolicy, DefaultTicketPolicy } from '../../core/security/policies.ts';
import { ITicketActionController } from '../../core/ticket/extension-points.ts';
import { FormDraft } from '../../core/ticket/form.ts';
import type { Offer, TicketContext, Values } from '../../core/ticket/types.ts';
import { IWorkflowOperation } from '../../plugins/workflow/api.ts';
import type { WorkflowNeeds } from '../../plugins/workflow/controller.ts';
import * as workflow from '../../plugins/workflow/index.ts';
import { parseWorkflow } from '../../plugins/workflow/parse.ts';
import { ticketContext } from './workflow-context.ts';

const SECURITY = { CorePermissions, DefaultPermissionPolicy, DefaultTicketPolicy, PermissionSystem };

/** A kernel with the workflow plugin and the core's permissions alone, over in-memory vocabularies. */
export interface WorkflowSiteUnderTest {
  readonly kernel: Kernel;
  readonly settings: Settings;
  readonly controllers: readonly ITicketActionController[];
  readonly needs: WorkflowNeeds;
  contextOf(directory: Directory, user: string, stored: Values | undefined, draft?: Values): TicketContext;
  /** The actions as the ticket form orders and merges them. */
  offersFor(ctx: TicketContext): Promise<readonly Offer[]>;
}

export function workflowSite(ini: string, adjuncts: IAdjunctService, plugins: readonly object[] = []): WorkflowSiteUnderTest {
  const settings = parseConfiguration(ini);
  const kernel = new Kernel(settings);
  kernel.provide(ISettings, settings);
  kernel.provide(ILog, silentLog);
  kernel.provide(ISiteHealth, { diagnoses: () => [], report: () => undefined });
  kernel.provide(AdjunctToken, adjuncts);
  kernel.load({ plugin: 'core', file: 'core', enabledByDefault: true, required: true }, SECURITY);
  kernel.load({ plugin: 'workflow', file: 'plugins/workflow/index.ts', enabledByDefault: true }, workflow);
  plugins.forEach((plugin, index) => {
    kernel.load({ plugin: `extra${index}`, file: 'a test', enabledByDefault: true }, plugin);
  });
  kernel.start();
  const controllers = kernel.all(ITicketActionController);
  return {
    kernel,
    settings,
    controllers,
    needs: {
      definition: parseWorkflow(settings),
      operations: kernel.all(IWorkflowOperation),
      controllers,
      adjuncts,
      onFailure: (_ctx, _operation, error) => {
        throw error;
      },
    },
    contextOf: (directory, user, stored, draft) => ticketContext(kernel.get(IPermissionService), directory, user, stored, draft),
    async offersFor(ctx) {
      const form = new FormDraft([]);
      for (const controller of controllers) {
        form.from(kernel.idOf(controller));
        for (const spec of await controller.getTicketActions(ctx)) form.offer(spec);
      }
      return [...form.actions.values()];
    },
  };
}
