import type { NavigationItem } from './extension-points.ts';
import type { EntryLines, Menu, MenuLines, Target } from './menu-lines.ts';

/** What becomes of an entry that a component offers, or what an entry of the administrator's own is. */
interface Change {
  readonly menu: Menu;
  readonly enabled: boolean;
  readonly label?: string | undefined;
  readonly href?: Target | undefined;
  readonly order?: number | undefined;
  readonly permission?: string | undefined;
}

/** An entry that trac.ini alone makes. */
interface Extra extends Change {
  readonly name: string;
  readonly label: string;
  readonly href: Target;
}

/** What [mainnav] and [metanav] come to: worked out once, applied to each page. */
export interface MenuPlan {
  /** By `menu name` of the entry as it is offered. */
  readonly changes: ReadonlyMap<string, Change>;
  readonly extras: readonly Extra[];
}

/** An entry in its place. */
export interface ArrangedItem extends NavigationItem {
  /** True: `href` is a whole address of somewhere else. */
  readonly outside?: boolean;
}

const keyOf = (menu: Menu, name: string): string => `${menu} ${name}`;

/** Entries whose name stands alone in a section are in that menu; where it stands in both, in the one of [metanav] (Trac). */
const homeOf = ({ main, meta }: MenuLines, name: string, origin: Menu): Menu =>
  meta.get(name)?.named ? 'meta' : main.get(name)?.named ? 'main' : origin;

/** Label and address come along from the section where the entry was, the rest does not: so it is in Trac. */
function changeOf(lines: MenuLines, name: string, origin: Menu): Change {
  const menu = homeOf(lines, name, origin);
  const [here, there]: readonly (EntryLines | undefined)[] = [lines[menu].get(name), lines[origin].get(name)];
  return {
    menu,
    enabled: here?.enabled ?? true,
    label: here?.label ?? there?.label,
    href: here?.href ?? there?.href,
    // The numbers of one menu mean nothing in the other: who comes from there stands last.
    order: here?.order ?? (menu === origin ? undefined : Number.POSITIVE_INFINITY),
    permission: here?.permission,
  };
}

/** Works out what the sections come to. `isOffered`: some component offers an entry of this name to somebody. */
export function planMenus(lines: MenuLines, isOffered: (name: string) => boolean): MenuPlan {
  const names = new Set([...lines.main.keys(), ...lines.meta.keys()]);
  const changes = new Map<string, Change>();
  const extras: Extra[] = [];
  for (const name of names) {
    for (const origin of ['main', 'meta'] as const) changes.set(keyOf(origin, name), changeOf(lines, name, origin));
    const extra = isOffered(name) ? undefined : extraOf(lines, name);
    if (extra) extras.push(extra);
  }
  return { changes, extras };
}

function extraOf(lines: MenuLines, name: string): Extra | undefined {
  const origin = lines.main.get(name)?.named ? 'main' : 'meta';
  if (!lines[origin].get(name)?.named) return undefined;
  const change = changeOf(lines, name, origin);
  const { href, enabled } = change;
  if (href === undefined || !enabled) return undefined;
  return { ...change, name, href, label: change.label ?? name, order: change.order ?? Number.POSITIVE_INFINITY };
}

function changed(item: NavigationItem, { menu, label, href, order }: Change): ArrangedItem {
  return {
    ...item,
    menu,
    ...(label === undefined ? {} : { label }),
    ...(order === undefined ? {} : { order }),
    // Elsewhere nobody knows what to do with a form of ours.
    ...(href === undefined ? {} : { href: href.address, outside: href.outside, method: 'get' }),
  };
}

/** Applies a plan to what components offer to this person. Reads nothing and asks only for permissions that trac.ini names. */
export function arrangeMenus(
  items: readonly NavigationItem[],
  { changes, extras }: MenuPlan,
  can: (permission: string) => boolean,
): readonly ArrangedItem[] {
  if (changes.size === 0) return items;
  const isShown = ({ enabled, permission }: Change): boolean => enabled && (permission === undefined || can(permission));
  const arranged: ArrangedItem[] = [];
  const taken = new Set<string>();
  for (const item of items) {
    const name = item.name.toLowerCase();
    taken.add(name);
    const change = changes.get(keyOf(item.menu, name));
    if (change === undefined) arranged.push(item);
    else if (isShown(change)) arranged.push(changed(item, change));
  }
  for (const extra of extras) {
    const { menu, name, label, href, order = 0 } = extra;
    if (taken.has(name) || !isShown(extra)) continue;
    arranged.push({ menu, name, label, href: href.address, outside: href.outside, order });
  }
  return arranged;
}
