import { expect, test } from 'vitest';
import { parseConfiguration } from '../../../core/config/configuration.ts';
import { describePlace } from '../../../core/kernel/errors.ts';
import type { NavigationItem } from '../../../core/web/extension-points.ts';
import { checkMenus } from '../../../core/web/menu-check.ts';
import { type Menu, readMenuLines } from '../../../core/web/menu-lines.ts';
import { arrangeMenus, planMenus } from '../../../core/web/menu-plan.ts';
import { buildNavigation } from '../../../core/web/page.ts';

const OFFERED: readonly NavigationItem[] = [
  { menu: 'main', name: 'tickets', label: 'View Tickets', href: '/query', order: 5 },
  { menu: 'main', name: 'newticket', label: 'New Ticket', href: '/newticket', order: 6 },
  { menu: 'main', name: 'admin', label: 'Admin', href: '/admin', order: 90 },
  { menu: 'meta', name: 'logout', label: 'Log out', href: '/logout', order: 2, method: 'post' },
  { menu: 'meta', name: 'prefs', label: 'Preferences', href: '/prefs', order: 3 },
  { menu: 'meta', name: 'about', label: 'About', href: '/about', order: 5 },
];
const NAMES: ReadonlyMap<string, ReadonlySet<Menu>> = new Map(OFFERED.map(({ name, menu }) => [name, new Set([menu])]));
const PERMISSIONS = new Map([
  ['TICKET_VIEW', ''],
  ['REPORT_VIEW', ''],
]);

interface Drawing {
  readonly items?: readonly NavigationItem[];
  readonly may?: readonly string[];
  readonly path?: string;
}

/** The menus as `name label href`, a mark for the page one is on. */
function draw(ini: string, { items = OFFERED, may = [], path = '/elsewhere' }: Drawing = {}) {
  const { lines } = readMenuLines(parseConfiguration(ini));
  const plan = planMenus(lines, (name) => NAMES.has(name));
  const { main, meta } = buildNavigation(
    arrangeMenus(items, plan, (permission) => may.includes(permission)),
    path,
    (href) => `/env${href}`,
  );
  const write = (entries: typeof main) =>
    entries.map(({ name, label, href, active }) => `${name} ${label} ${href}${active ? ' *' : ''}`);
  return { main: write(main), meta: write(meta) };
}
const names = (ini: string, drawing: Drawing = {}) => {
  const bare = (entries: readonly string[]) => entries.map((entry) => entry.split(' ')[0]).join(' ');
  const { main, meta } = draw(ini, drawing);
  return `${bare(main)} | ${bare(meta)}`;
};

/** What is found wrong, with severity and line. */
function complaints(ini: string): readonly string[] {
  const settings = parseConfiguration(ini);
  const { lines, diagnoses } = readMenuLines(settings);
  return [...diagnoses, ...checkMenus(lines, { settings, offered: NAMES, permissions: PERMISSIONS })].map(
    ({ severity, message, place, remedy }) => {
      expect(remedy, message).toBeTruthy();
      return `${severity} ${place?.line} ${message}`;
    },
  );
}

test('without lines the menus are as components offer them', () => {
  expect(names('')).toBe('tickets newticket admin | logout prefs about');
  expect(complaints('')).toEqual([]);
});

test('entries are renamed, led elsewhere and hidden, by names in any case', () => {
  const ini = '[mainnav]\nTickets.Label = All of them\ntickets.href = /report/24\nnewticket = disabled\n[metanav]\nabout = no\n';
  expect(draw(ini).main).toEqual(['tickets All of them /env/report/24', 'admin Admin /env/admin']);
  expect(names(ini)).toBe('tickets admin | logout prefs');
  expect(complaints(ini)).toEqual([]);
});

test('a name that a plugin writes in capitals is met by the lower-case keys of the file', () => {
  const items: readonly NavigationItem[] = [{ menu: 'main', name: 'MyPage', label: 'Mine', href: '/mine' }];
  expect(draw('[mainnav]\nMyPage.label = Ours\n', { items }).main).toEqual(['MyPage Ours /env/mine']);
});

test('orders are numbers of any kind, and equal ones stand by name', () => {
  expect(names('[mainnav]\nadmin.order = 5.5\n')).toBe('tickets admin newticket | logout prefs about');
  expect(names('[mainnav]\ntickets.order = 6\nadmin.order = 6\n')).toBe('admin newticket tickets | logout prefs about');
  expect(names('[mainnav]\ntickets.order = inf\nadmin.order = inf\nnewticket.order =\n')).toBe(
    'newticket admin tickets | logout prefs about',
  );
});

test('a new entry takes an address; its label is its name unless given; it stands last and for everybody', () => {
  const ini =
    '[mainnav]\nzoo = enabled\nzoo.href = /query?status=new\nbuilds = enabled\nbuilds.href = https://ci.example.org\nbuilds.label = CI\n';
  expect(draw(ini).main.slice(2)).toEqual([
    'admin Admin /env/admin',
    'builds CI https://ci.example.org/',
    'zoo zoo /env/query?status=new',
  ]);
  expect(complaints(ini)).toEqual([]);
});

test('a permission is needed besides what the entry itself needs', () => {
  const ini = '[mainnav]\nmine = enabled\nmine.href = /mine\nmine.permission = REPORT_VIEW\ntickets.permission = TICKET_VIEW\n';
  expect(names(ini)).toBe('newticket admin | logout prefs about');
  expect(names(ini, { may: ['REPORT_VIEW'] })).toBe('newticket admin mine | logout prefs about');
  expect(names(ini, { may: ['TICKET_VIEW'] })).toBe('tickets newticket admin | logout prefs about');
  expect(complaints(ini)).toEqual([]);
});

test('naming an entry in the other section moves it there, last unless it gets an order, with its label and address', () => {
  const ini = '[mainnav]\nadmin.label = Rule\n[metanav]\nadmin = enabled\n';
  expect(names(ini)).toBe('tickets newticket | logout prefs about admin');
  expect(draw(ini).meta.at(-1)).toBe('admin Rule /env/admin');
  expect(names('[metanav]\nadmin = enabled\nadmin.order = 2.5\n')).toBe('tickets newticket | logout admin prefs about');
  expect(names('[mainnav]\nlogout = enabled\n')).toBe('tickets newticket admin logout | prefs about');
  expect(complaints(ini)).toEqual([]);
});

test('named in both sections, what [metanav] says holds', () => {
  expect(names('[mainnav]\nadmin = disabled\n[metanav]\nadmin = enabled\n')).toBe('tickets newticket | logout prefs about admin');
  expect(names('[mainnav]\nabout = enabled\n[metanav]\nabout = enabled\n')).toBe('tickets newticket admin | logout prefs about');
  const both = '[mainnav]\nx = enabled\nx.href = /x\n[metanav]\nx = enabled\n';
  expect(names(both)).toBe('tickets newticket admin | logout prefs about x');
  expect(complaints(both)).toEqual([]);
});

test('an entry that a component offers to others only does not appear because it is named', () => {
  const items = OFFERED.filter(({ name }) => name !== 'admin');
  const ini = '[metanav]\nadmin = enabled\nadmin.label = Administration\nadmin.href = /admin/users\n';
  expect(names(ini, { items })).toBe('tickets newticket | logout prefs about');
});

test('an own entry is marked on its page, and an address elsewhere never is', () => {
  const ini = '[mainnav]\nmine = enabled\nmine.href = /query/mine\nout = enabled\nout.href = https://x.example/query/mine/deep\n';
  expect(draw(ini, { path: '/query/mine/deep' }).main.filter((entry) => entry.endsWith('*'))).toEqual([
    'mine mine /env/query/mine *',
  ]);
});

test('a button that gets another address becomes a link, with a label alone it stays a button', () => {
  const methodsOf = (ini: string) => {
    const { lines } = readMenuLines(parseConfiguration(ini));
    const plan = planMenus(lines, (name) => NAMES.has(name));
    return arrangeMenus(OFFERED, plan, () => true).find(({ name }) => name === 'logout');
  };
  expect(methodsOf('[metanav]\nlogout.label = Bye\n')).toMatchObject({ label: 'Bye', method: 'post' });
  expect(methodsOf('[metanav]\nlogout.href = https://sso.example/out\n')).toMatchObject({ method: 'get', outside: true });
});

test.each([
  ['wiki/Logout', '/env/wiki/Logout'],
  ['/projects', '/env/projects'],
  ['/', '/env/'],
  ['?status=new', '/env/?status=new'],
  ['mailto:help@example.org', 'mailto:help@example.org'],
  ['HTTPS://Example.org/A', 'https://example.org/A'],
])('the address %s leads to %s', (href, shown) => {
  expect(draw(`[mainnav]\ntickets.href = ${href}\n`).main[0]).toBe(`tickets View Tickets ${shown}`);
  expect(complaints(`[mainnav]\ntickets.href = ${href}\n`)).toEqual([]);
});

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  '//evil.example/',
  '/\\evil.example',
  'wiki:Start',
])('the address %s is refused with its line, and the entry keeps its own', (href) => {
  const ini = `[mainnav]\ntickets.href = ${href}\nown = enabled\nown.href = ${href}\n`;
  expect(draw(ini).main[0]).toBe('tickets View Tickets /env/query');
  expect(names(ini)).toBe('tickets newticket admin | logout prefs about');
  expect(complaints(ini)).toEqual([
    `error 2 [mainnav] tickets.href = ${JSON.stringify(href)}: this is no address that a menu may lead to.`,
    `error 4 [mainnav] own.href = ${JSON.stringify(href)}: this is no address that a menu may lead to.`,
  ]);
});

test('an order or a switch that is none is reported, and the menu is drawn all the same', () => {
  const ini = '[mainnav]\nadmin.order = soon\nnewticket.order = nan\ntickets = perhaps\n';
  expect(names(ini)).toBe('newticket admin | logout prefs about');
  expect(complaints(ini)).toEqual([
    'error 2 [mainnav] admin.order = "soon": expected a number.',
    'error 3 [mainnav] newticket.order = "nan": expected a number.',
    'error 4 [mainnav] tickets = "perhaps": expected enabled or disabled.',
  ]);
});

test('lines that mean nothing are reported with what was probably meant', () => {
  const settings = parseConfiguration(
    '[mainnav]\ntikets.label = X\ntickets.lable = Y\nabout.label = Z\nmine = enabled\ngone = disabled\ntickets.permission = TICKET_VEIW\n',
  );
  const { lines, diagnoses } = readMenuLines(settings);
  const all = [...diagnoses, ...checkMenus(lines, { settings, offered: NAMES, permissions: PERMISSIONS })];
  expect(all.map(({ place = {}, remedy }) => `${describePlace(place)}: ${remedy}`)).toEqual([
    'line 3, [mainnav] tickets.lable: Did you mean label?',
    'line 2, [mainnav] tikets.label: Did you mean tickets? An entry of your own takes tikets = enabled and tikets.href.',
    'line 4, [mainnav] about.label: Move it to [metanav], or bring the entry here: about = enabled',
    'line 5, [mainnav] mine: Else add mine.href.',
    'line 6, [mainnav] gone: Else remove the line.',
    'line 7, [mainnav] tickets.permission: Did you mean TICKET_VIEW?',
  ]);
});

test('the defaults that Trac writes into its files draw one calm note for each section, and order our entries as there', () => {
  const main = [
    'browser.order = 4',
    'newticket.order = 6',
    'roadmap.order = 3',
    'search.order = 7',
    'tickets.order = 5',
    'wiki.order = 1',
  ];
  const meta = ['about.order = 5', 'help.order = 4', 'login.order = 1', 'logout.order = 2', 'prefs.order = 3', 'help = disabled'];
  const ini = `[mainnav]\n${main.join('\n')}\n[metanav]\n${meta.join('\n')}\n`;
  expect(names(ini)).toBe('tickets newticket admin | logout prefs about');
  expect(complaints(ini)).toEqual([
    'warning 2 [mainnav]: entries that Trac has there and this site does not: browser.order, roadmap.order, search.order, wiki.order.',
    'warning 10 [metanav]: entries that Trac has there and this site does not: help.order, help, login.order.',
  ]);
});

test('what [DEFAULT] gives to every section makes no entries', () => {
  const ini = '[DEFAULT]\nwhatever = enabled\nwhatever.href = /x\n[mainnav]\ntickets.label = T\n';
  expect(draw(ini).main[0]).toBe('tickets T /env/query');
  expect(names(ini)).toBe('tickets newticket admin | logout prefs about');
  expect(complaints(ini)).toEqual([]);
});

test('the page after logging out must be one of this site', () => {
  expect(complaints('[metanav]\nlogout.redirect = wiki/Logout\n')).toEqual([]);
  expect(complaints('[metanav]\nlogout.redirect = https://example.org/\n')).toEqual([
    'error 2 [metanav] logout.redirect = "https://example.org/": after logging out one stays on this site.',
  ]);
});
