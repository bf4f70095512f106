import { component, IAdjunctService, IRegistry, ISettings, ISiteHealth, ITicketActionController, reportFailure } from 'tracts';
import { IWorkflowOperation } from './api.ts';
import { workflowController } from './controller.ts';
import { STRATEGY_OPTION } from './operations/components.ts';
import { parseWorkflow } from './parse.ts';

export { WorkflowCheck } from './check.ts';
export { WorkflowCommands } from './commands.ts';
export { WorkflowMacro } from './macro.ts';
export { OwnerStrategyCheck } from './operations/components.ts';
export { DelOwner, MaySetOwner, SetOwner, SetOwnerToSelf } from './operations/owner.ts';
export { DelResolution, SetResolution } from './operations/resolution.ts';
export { LeaveStatus, ResetWorkflow } from './operations/status.ts';
export { WorkflowPresets } from './presets.ts';

/** Offers the actions that [ticket-workflow] describes; without that section, those of the basic workflow. */
export const ConfigurableTicketWorkflow = component({
  doc: 'Offers the actions that [ticket-workflow] describes.',
  implements: [ITicketActionController],
  uses: {
    settings: ISettings,
    operations: IWorkflowOperation,
    controllers: ITicketActionController,
    adjuncts: IAdjunctService,
    registry: IRegistry,
    health: ISiteHealth,
  },
  options: { strategy: STRATEGY_OPTION },
  create: ({ settings, options, registry, health, ...needs }) =>
    workflowController({
      definition: parseWorkflow(settings),
      strategy: options.strategy,
      onFailure: (ctx, operation, error) =>
        reportFailure(health, ctx, { component: registry.idOf(operation), task: 'could not plan its action', error }),
      ...needs,
    }),
});
