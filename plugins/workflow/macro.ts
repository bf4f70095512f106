import { component, ISettings, IWikiMacroProvider, TracError, type WikiMacro } from 'tracts';
import { drawWorkflow } from './diagram.ts';
import { parseWorkflow, WORKFLOW_SECTION, type WorkflowRule } from './parse.ts';

const MOST_LINES = 300;

/** Lines of a workflow, or pieces between semicolons, as settings. */
function readLines(text: string): ISettings {
  const lines = text.split(/[;\r\n]+/, MOST_LINES).map((line) => line.trim());
  const entries = lines
    .filter((line) => line !== '' && !line.startsWith('#') && line.includes('='))
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const;
    })
    .filter(([key]) => key !== 'width' && key !== 'height');
  return {
    get: (section, name) => (section === WORKFLOW_SECTION ? entries.find(([key]) => key === name)?.[1] : undefined),
    sections: () => [WORKFLOW_SECTION],
    entries: (section) => (section === WORKFLOW_SECTION ? entries : []),
    place: (section, key) => ({ section, key }),
  };
}

function readRules(text: string): readonly WorkflowRule[] {
  const { rules, problems } = parseWorkflow(readLines(text));
  const shown = rules.filter(({ usable, oldStates }) => usable && oldStates.length > 0);
  if (shown.length > 0) return shown;
  throw new TracError(
    'WORKFLOW',
    problems[0]?.message ?? 'It names no action. Example: [[Workflow(accept = new -> accepted)]]',
    400,
  );
}

const workflow = (settings: ISettings): WikiMacro => {
  let own: string | undefined;
  return {
    name: 'Workflow',
    help: 'The workflow of this site as a diagram: [[Workflow]]; or another one: [[Workflow(accept = new -> accepted; close = * -> closed)]].',
    render(_ctx, { args, body }) {
      const given = [args, body ?? ''].join('\n');
      if (given.includes('->')) return drawWorkflow(readRules(given));
      own ??= drawWorkflow(parseWorkflow(settings).rules);
      return own;
    },
  };
};

/** The workflow in texts. */
export const WorkflowMacro = component({
  doc: 'The macro Workflow: a diagram of the workflow.',
  implements: [IWikiMacroProvider],
  uses: { settings: ISettings },
  create: ({ settings }) => {
    const macros = [workflow(settings)];
    return { getMacros: () => macros };
  },
});
