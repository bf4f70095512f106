import {
  type Adjunct,
  component,
  type Diagnosis,
  firstFindings,
  IAdjunctService,
  IDiagnostician,
  IPermissionService,
  ISettings,
  ISiteExaminer,
  ITicketActionController,
} from 'tracts';
import { IWorkflowOperation, type WorkflowSite } from './api.ts';
import { lintActions } from './lint-actions.ts';
import { lintStates } from './lint-states.ts';
import { parseWorkflow } from './parse.ts';

/** What the check may know beyond the file; what is absent is not judged. */
export interface WorkflowCheckData extends WorkflowSite {
  /** Every operation that is on. */
  readonly operations: Iterable<IWorkflowOperation>;
  /** Another controller is on as well. Default: `[ticket] workflow` names one. */
  readonly shared?: boolean;
}

function namesAnother(settings: ISettings): boolean {
  const names = (settings.get('ticket', 'workflow') ?? '').split(',').map((name) => name.trim());
  return names.some((name) => name !== '' && !/(^|\.)configurableticketworkflow$/i.test(name));
}

function* lintTwins(operations: readonly IWorkflowOperation[]): Generator<Diagnosis> {
  const names = operations.map(({ name }) => name);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) < index)))
    yield {
      severity: 'warning',
      message: `Two components provide the workflow operation "${name}"; the first is used.`,
      remedy: 'Switch one of them off in [components].',
    };
}

/**
 * Everything wrong or doubtful in [ticket-workflow], in the order of the file. An error costs an action, or the filing of
 * tickets; a warning names what is probably not meant.
 */
export function checkWorkflow(settings: ISettings, data: WorkflowCheckData): Diagnosis[] {
  const definition = parseWorkflow(settings);
  const operations = [...data.operations];
  const subject = { definition, operations, site: data, shared: data.shared ?? namesAnother(settings) };
  const checks = [definition.problems, lintActions(subject), lintStates(subject, settings), lintTwins(operations)];
  const found = checks.flatMap((check) => firstFindings(check));
  const line = ({ place }: Diagnosis): number => place?.line ?? 0;
  return found.sort((a, b) => line(a) - line(b));
}

const idOf = ({ message, place }: Diagnosis): string => JSON.stringify([place?.line, message]);

/** Reports what is wrong with the workflow. Accounts are not judged here: people come and go. */
export const WorkflowCheck = component({
  doc: 'Reports mistakes in [ticket-workflow].',
  implements: [IDiagnostician, ISiteExaminer],
  uses: {
    settings: ISettings,
    operations: IWorkflowOperation,
    controllers: ITicketActionController,
    permissions: IPermissionService,
    adjuncts: IAdjunctService,
  },
  create: ({ settings, operations, controllers, permissions, adjuncts }) => {
    const diagnose = (resolutions?: readonly string[]): Diagnosis[] => {
      const defined = new Set(permissions.all().keys());
      return checkWorkflow(settings, { operations, permissions: defined, resolutions, shared: [...controllers].length > 1 });
    };
    let last: { readonly resolutions: readonly Adjunct[]; readonly found: readonly Diagnosis[] } | undefined;
    return {
      diagnose: () => diagnose(),
      async examine(ctx) {
        // The same list until a vocabulary changes.
        const resolutions = await adjuncts.list(ctx, 'resolution');
        if (last?.resolutions === resolutions) return last.found;
        const known = new Set(diagnose().map(idOf));
        const found = diagnose(resolutions.map(({ name }) => name)).filter((one) => !known.has(idOf(one)));
        last = { resolutions, found };
        return found;
      },
    };
  },
});
