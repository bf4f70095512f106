import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type ComponentInfo,
  component,
  type Diagnosis,
  describeDiagnosis,
  IEnvironment,
  INavigationContributor,
  IRegistry,
  IRouteProvider,
  ISiteExamination,
  ISiteHealth,
  type OperationContext,
} from 'tracts';

/** /about: the version; for those who look after the site also every component and what is wrong. */
export const AboutPage = component({
  doc: 'Serves /about: version, components, what is wrong.',
  implements: [IRouteProvider, INavigationContributor],
  uses: { registry: IRegistry, health: ISiteHealth, examination: ISiteExamination, environment: IEnvironment },
  create: ({ registry, health, examination, environment }) => ({
    getNavigationItems: () => [{ menu: 'meta', name: 'about', label: 'About', href: '/about', order: 5 }],
    getRoutes: () => [
      {
        method: 'GET',
        path: '/about',
        handle: async (ctx) => ({
          template: 'about/about.njk',
          data: {
            version: VERSION,
            inside: mayLookInside(ctx)
              ? {
                  diagnoses: [...health.diagnoses(), ...(await examination.findings(ctx))].map(viewDiagnosis),
                  plugins: groupByPlugin(registry.components()),
                  node: process.version,
                  folder: environment.dir,
                }
              : null,
          },
        }),
      },
    ],
  }),
});

const VERSION = readVersion(import.meta.dirname);

/** Ours stands in the nearest package.json, whether this runs from source or built. */
function readVersion(dir: string): string {
  const file = path.join(dir, 'package.json');
  if (existsSync(file)) return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version);
  return readVersion(path.dirname(dir));
}

const mayLookInside = (ctx: OperationContext): boolean => ctx.can('CONFIG_VIEW') || ctx.can('TRAC_ADMIN');

function viewDiagnosis(diagnosis: Diagnosis) {
  const { severity, remedy = '', component: id = '' } = diagnosis;
  return { severity, message: describeDiagnosis(diagnosis), remedy, component: id };
}

function groupByPlugin(components: readonly ComponentInfo[]) {
  const names = [...new Set(components.map(({ plugin }) => plugin))];
  return names.map((name) => ({
    name,
    components: components
      .filter(({ plugin }) => plugin === name)
      .map(({ id, enabled, decidedBy, file, doc, problems, implements: roles }) => ({
        id,
        enabled,
        decidedBy,
        file,
        doc,
        roles: roles.join(', '),
        problems: problems.map(viewDiagnosis),
      })),
  }));
}
