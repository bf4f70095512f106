import { expect, test } from 'vitest';
import { component, INavigationContributor, ISiteHealth } from '../../core/index.ts';
import { testSite } from '../../core/testing/index.ts';
import { enter, visit } from '../support/visitor.ts';

const menuOf = (body: string, label: string): string =>
  new RegExp(`<nav [^>]*aria-label="${label}">.*?</nav>`, 's').exec(body)?.[0] ?? '';
const linksOf = (menu: string): readonly string[] =>
  [...menu.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)<\/a>|<form [^>]*action="([^"]*)".*?<button[^>]*>([^<]*)</gs)].map(
    ([, href, label, action, button]) => (href === undefined ? `[${button}] ${action}` : `${label} ${href}`),
  );

const INI = `[mainnav]
tickets.label = Tickets & more
changes = disabled
handbook = enabled
handbook.href = https://example.org/handbook?a=1&b=2
insiders = enabled
insiders.href = /query?owner=me
insiders.permission = TICKET_CREATE
logout = enabled
[metanav]
admin = enabled
admin.order = 2.5
logout.redirect = about
prefs.permission = TRAC_ADMIN
`;

test('the menus of every page follow [mainnav] and [metanav]', async () => {
  await using site = await testSite({ ini: INI });
  const [stranger, admin] = [visit(site), await enter(site, 'admin')];
  const [theirs, ours] = [(await stranger.get('/about')).body, (await admin.get('/about')).body];
  expect(linksOf(menuOf(theirs, 'Main'))).toEqual([
    'Tickets &amp; more /query',
    'handbook https://example.org/handbook?a=1&amp;b=2',
  ]);
  expect(linksOf(menuOf(theirs, 'Account'))).toEqual(['Log in /login', 'About /about']);
  expect(linksOf(menuOf(ours, 'Main'))).toEqual([
    'Tickets &amp; more /query',
    'New Ticket /newticket',
    'handbook https://example.org/handbook?a=1&amp;b=2',
    'insiders /query?owner=me',
    '[Log out] /logout',
  ]);
  expect(linksOf(menuOf(ours, 'Account'))).toEqual(['Admin /admin', 'Preferences /prefs', 'About /about']);
  expect(site.site.get(ISiteHealth).diagnoses()).toEqual([]);
  expect((await admin.post('/logout')).headers.location).toBe('/about');
});

test('lines that cannot be used are shown to administrators with file and line, and the page stands', async () => {
  const ini = '[mainnav]\ntickets.href = javascript:alert(1)\nadmin.order = soon\nnewtiket.label = X\n';
  await using site = await testSite({ ini });
  const admin = await enter(site, 'admin');
  const page = (await admin.get('/about')).body;
  expect(linksOf(menuOf(page, 'Main'))[0]).toBe('View Tickets /query');
  expect(page).not.toContain('href="javascript:');
  for (const [text, line] of [
    ['tickets.href = &quot;javascript:alert(1)&quot;', 2],
    ['admin.order = &quot;soon&quot;: expected a number', 3],
    ['newtiket.label: no component offers an entry newtiket.</strong> Did you mean newticket?', 4],
  ] as const)
    expect(page).toMatch(new RegExp(`line ${line}[:,] [^\\n]*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
});

test('an error page offers to log in wherever that entry stands', async () => {
  await using site = await testSite({ ini: '[mainnav]\nlogin = enabled\nlogin.href = /login?sso=1\n', grants: {} });
  const page = await visit(site).get('/query');
  expect(page.statusCode).toBe(403);
  expect(page.body).toContain('<a class="button" href="/login?sso=1&amp;referer=%2Fquery">Log in</a>');
});

test('a contributor that cannot be asked without a database costs nothing but the check of its names', async () => {
  const Shy = component({
    implements: [INavigationContributor],
    create: () => ({
      getNavigationItems: (ctx) => [{ menu: 'main', name: 'shy', label: `Shy ${ctx.db === undefined}`, href: '/shy', order: 7 }],
    }),
  });
  await using site = await testSite({ plugins: [{ Shy }], ini: '[mainnav]\nshy = enabled\nshy.href = /elsewhere\n' });
  expect(linksOf(menuOf((await visit(site).get('/about')).body, 'Main'))).toContain('Shy false /elsewhere');
  expect(site.site.get(ISiteHealth).diagnoses()).toEqual([]);
});
