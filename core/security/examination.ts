import { component } from '../kernel/component.ts';
import { firstFindings } from '../kernel/diagnoses.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import { IRegistry, ISiteHealth } from '../kernel/registry.ts';
import { ISiteExamination, ISiteExaminer } from './extension-points.ts';

/** Asks the examiners one after the other; one that fails is told of like any component that was left out. */
export const SiteExamination = component({
  doc: 'Compares trac.ini with the database.',
  implements: [ISiteExamination],
  uses: { examiners: ISiteExaminer, registry: IRegistry, health: ISiteHealth },
  create: ({ examiners, registry, health }) => ({
    async findings(ctx) {
      const found: Diagnosis[] = [];
      for (const examiner of examiners)
        try {
          found.push(...firstFindings(await examiner.examine(ctx)));
        } catch (error) {
          const task = 'could not compare the configuration with the database';
          health.report({ component: registry.idOf(examiner), task, error });
        }
      return found;
    },
  }),
});
