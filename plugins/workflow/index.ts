import { component, IAdjunctService, IConfigurationPresets, ISettings, ITicketActionController } from 'tracts';
import { IWorkflowOperation } from './api.ts';
import { workflowController } from './controller.ts';
import { parseWorkflow } from './parse.ts';
import { PRESET_NAMES, presetText } from './presets.ts';

export { DelOwner, MaySetOwner, SetOwner, SetOwnerToSelf } from './operations/owner.ts';
export { DelResolution, SetResolution } from './operations/resolution.ts';
export { LeaveStatus, ResetWorkflow } from './operations/status.ts';

/** Offers the actions that [ticket-workflow] describes; without that section, those of the basic workflow. */
export const ConfigurableTicketWorkflow = component({
  doc: 'Offers the actions that [ticket-workflow] describes.',
  implements: [ITicketActionController],
  uses: {
    settings: ISettings,
    operations: IWorkflowOperation,
    controllers: ITicketActionController,
    adjuncts: IAdjunctService,
  },
  create: ({ settings, ...needs }) => workflowController({ definition: parseWorkflow(settings), ...needs }),
});

/** The workflows that a new environment can start from. */
export const WorkflowPresets = component({
  doc: 'The workflows that “tracts init --workflow” can start from.',
  implements: [IConfigurationPresets],
  create: () => ({ getPresets: () => Object.fromEntries(PRESET_NAMES.map((name) => [name, presetText(name)])) }),
});
