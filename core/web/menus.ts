import { component } from '../kernel/component.ts';
import { ISettings } from '../kernel/configuration.ts';
import { silentLog } from '../kernel/log.ts';
import { IDiagnostician } from '../kernel/registry.ts';
import { service } from '../kernel/tokens.ts';
import type { OperationContext, User } from '../security/context.ts';
import { IPermissionService } from '../security/extension-points.ts';
import { INavigationContributor } from './extension-points.ts';
import { checkMenus } from './menu-check.ts';
import { type Menu, readMenuLines } from './menu-lines.ts';
import { type MenuPlan, planMenus } from './menu-plan.ts';

/** What trac.ini makes of the menus. */
export interface IMenus {
  /** The same for as long as the configuration is in force. */
  plan(): MenuPlan;
}
export const IMenus = service<IMenus>('IMenus', { doc: 'Knows what trac.ini makes of the menus.' });

/** Somebody who may do everything, for the question which entries there are at all. */
function anybody(user: User): OperationContext {
  return {
    user,
    via: 'web',
    now: new Date(),
    timeZone: 'UTC',
    get db(): never {
      throw new Error('Menu entries are offered without asking the database.');
    },
    writable: false,
    log: silentLog,
    directory: { people: new Map(), grants: new Map() },
    can: () => true,
    afterCommit: () => undefined,
    causes: [],
  };
}

const EVERYBODY: readonly User[] = [
  { name: 'anonymous', authenticated: false },
  { name: 'somebody', authenticated: true },
];

/** The names of all entries with their menus; one that cannot be asked like this is merely not known. */
function findOffered(contributors: Iterable<INavigationContributor>): ReadonlyMap<string, ReadonlySet<Menu>> {
  const offered = new Map<string, Set<Menu>>();
  for (const contributor of contributors)
    for (const user of EVERYBODY)
      try {
        for (const { name, menu } of contributor.getNavigationItems(anybody(user))) {
          const key = name.toLowerCase();
          offered.set(key, (offered.get(key) ?? new Set()).add(menu));
        }
      } catch {
        // It is told of where a page is drawn.
      }
  return offered;
}

/** Reads [mainnav] and [metanav] once for each configuration. */
export const MenuSettings = component({
  doc: 'Reads what trac.ini says of the menus.',
  implements: [IMenus, IDiagnostician],
  uses: { settings: ISettings, contributors: INavigationContributor, permissions: IPermissionService },
  sections: {
    mainnav: 'The main menu: ENTRY = enabled or disabled, ENTRY.label, .href, .order, .permission.',
    metanav: 'The menu of the account: as [mainnav].',
  },
  create: ({ settings, contributors, permissions }) => {
    const { lines, diagnoses } = readMenuLines(settings);
    let offered: ReturnType<typeof findOffered> | undefined;
    let plan: MenuPlan | undefined;
    const getOffered = (): ReturnType<typeof findOffered> => {
      offered ??= findOffered(contributors);
      return offered;
    };
    return {
      plan() {
        plan ??= planMenus(lines, (name) => getOffered().has(name));
        return plan;
      },
      diagnose: () => [...diagnoses, ...checkMenus(lines, { settings, offered: getOffered(), permissions: permissions.all() })],
    };
  },
});
