import { type ComponentInfo, IRegistry } from '../../kernel/registry.ts';
import type { CoreCommand } from '../host.ts';
import { diagnosisAsJson, printableDiagnosis, printJson, printTable } from '../output.ts';

const asJson = ({ problems, ...info }: ComponentInfo) => ({ ...info, problems: problems.map(diagnosisAsJson) });

const list: CoreCommand = {
  name: 'plugin list',
  summary: 'List every component: on or off, what decided that, where it is from, what is wrong with it.',
  takesDir: true,
  switches: ['json'],
  async run(host, args) {
    const registry = (await host.openSite()).get(IRegistry);
    const components = registry.components();
    const told = new Set(components.flatMap(({ problems }) => problems));
    const others = registry.diagnoses().filter((one) => !told.has(one));
    if (args.flags['json']) {
      printJson(host, { components: components.map(asJson), problems: others.map(diagnosisAsJson) });
      return;
    }
    const rows = components.map(({ id, enabled, decidedBy, file, doc }) => [id, enabled ? 'on' : 'off', decidedBy, file, doc]);
    printTable(host, ['COMPONENT', 'STATE', 'BECAUSE OF', 'FILE', 'WHAT IT DOES'], rows, 'There are no components.');
    for (const problem of [...told, ...others]) host.err(printableDiagnosis(problem));
  },
};

/** Commands about plugins. */
export const PLUGIN_COMMANDS: readonly CoreCommand[] = [list];
