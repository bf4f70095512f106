import { expect, test } from 'vitest';
import { component, IAdjunctService, IPermissionPolicy, ITexts } from '../../../../core/index.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { hideAddresses } from '../../../../plugins/addresses/api.ts';
import { queryPath, ticketRanges } from '../../../../plugins/wiki-links/targets.ts';
import { eachDialect } from '../../../support/databases.ts';

const INI = `[trac]
permission_policies = policies.Hide, DefaultTicketPolicy, DefaultPermissionPolicy
[intertrac]
gen.url = https://gen.example.net/trac/
gen.title = Genetrac
g = gen
evil.url = javascript:alert(1)//
[interwiki]
pep = https://peps.example/pep-$1/ PEP $1
pair = https://pairs.example/$1/of/$2?x=1 A pair
plain = https://plain.example/
`;

/** Ticket 3 is nobody's but the administrator's; the summary of ticket 4 and who was silent about it, too. */
const Hide = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission: (permission, who, resource) => {
      if (who.user.name === 'admin') return undefined;
      if (permission === 'TICKET_VIEW' && resource?.realm === 'ticket' && resource.id === 3) return false;
      return permission === 'TICKET_FIELD_VIEW' && resource?.id === 'summary' && resource.parent?.id === 4 ? false : undefined;
    },
  }),
});

async function fill(site: TestSite): Promise<void> {
  const admin = site.as('admin');
  for (const summary of ['One', 'Two “<b>”', 'Secret three', 'Secret four', 'joe@example.org fails'])
    await admin.fileTicket({ summary, description: 'x' });
  await admin.submit(2, 'resolve', {}, { comment: 'done' });
  await admin.submit(1, 'leave', {}, { comment: 'all may read this' });
  await admin.submit(1, 'leave', {}, { comment: 'few may', internal: true });
  await admin.run(async (ctx) => {
    const adjuncts = site.site.get(IAdjunctService);
    await adjuncts.save(ctx, 'milestone', { name: '1.0 beta', description: '', due: new Date('2030-01-02T12:00:00Z') });
    await adjuncts.save(ctx, 'milestone', { name: 'over', description: '', completed: new Date('2020-01-02T12:00:00Z') });
    await adjuncts.save(ctx, 'version', { name: '2.0', description: '' });
  });
}

const draw = (
  site: TestSite,
  source: string,
  who = 'anonymous',
  resource: { realm: string; id: number } | null = { realm: 'ticket', id: 1 },
): Promise<string> =>
  site.as(who).run(async (ctx) => {
    const scope = { resource: resource ?? undefined, href: (path: string) => `/p${path}`, hide: hideAddresses };
    return (await site.site.get(ITexts).render(ctx, [{ source, format: 'wiki', inline: true }], scope))[0] ?? '';
  });

eachDialect((fresh) => {
  const open = async (): Promise<TestSite> => {
    const site = await testSite({ database: await fresh(), ini: INI, plugins: { policies: { Hide } } });
    await fill(site);
    return site;
  };

  test('a forbidden ticket, its comments and its description look as missing ones do', async () => {
    await using site = await open();
    for (const [forbidden, missing] of [
      ['#3', '#99'],
      ['ticket:3', 'ticket:99'],
      ['comment:1:ticket:3', 'comment:1:ticket:99'],
      ['comment:description:ticket:3', 'comment:description:ticket:99'],
      ['[ticket:3 x]', '[ticket:99 x]'],
    ] as const)
      expect((await draw(site, forbidden)).replaceAll('3', '99')).toBe(await draw(site, missing));
    expect(await draw(site, '#3', 'admin')).toContain('Secret three');
  });

  test('a link tells nothing of fields that the person must not see, and no addresses', async () => {
    await using site = await open();
    expect(await draw(site, '#4')).toBe('<a class="new ticket" href="/p/ticket/4" title="#4: defect (new)">#4</a>');
    expect(await draw(site, '#4', 'admin')).toContain('Secret four');
    expect(await draw(site, '#5')).toContain('joe@… fails');
  });

  test('comments are links where they are there and may be read', async () => {
    await using site = await open();
    expect(await draw(site, 'comment:1')).toBe('<a class="ticket" href="/p/ticket/1#comment:1" title="Comment 1">comment:1</a>');
    const absent = await draw(site, 'comment:7');
    expect((await draw(site, 'comment:2')).replaceAll('2', '7')).toBe(absent);
    expect(absent).toContain('missing ticket');
    expect(await draw(site, 'comment:2', 'admin')).toContain('href="/p/ticket/1#comment:2"');
    for (const source of ['comment:1:ticket:2', 'comment:ticket:2:1'])
      expect(await draw(site, source)).toContain(
        'class="closed ticket" href="/p/ticket/2#comment:1" title="Comment 1 of #2: defect: Two “&lt;b&gt;” (closed: fixed)"',
      );
    expect(await draw(site, 'comment:1', 'anonymous', null)).toContain('missing ticket');
  });

  test('several tickets are one link to a list', async () => {
    await using site = await open();
    expect(await draw(site, '#1,3-5,4')).toBe(
      '<a class="query" href="/p/query?id=1%2C3-5" title="Tickets 1, 3-5">#1,\u200b3-5,\u200b4</a>',
    );
  });

  test('milestones and versions are links while they are there', async () => {
    await using site = await open();
    expect(await draw(site, 'milestone:"1.0 beta"')).toContain(
      'class="milestone" href="/p/milestone/1.0%20beta" title="Due on 2030-01-02"',
    );
    expect(await draw(site, 'milestone:over')).toContain(
      'class="closed milestone" href="/p/milestone/over" title="Completed on 2020-01-02"',
    );
    expect(await draw(site, 'milestone:no')).toContain('<a class="milestone missing">');
    expect(await draw(site, 'version:2.0 version:3')).toBe(
      '<a class="version" href="/p/query?version=2.0">version:2.0</a> <a class="missing version">version:3</a>',
    );
    expect((await site.inject('/milestone/1.0%20beta')).headers.location).toBe('/query?milestone=1.0+beta');
  });

  test('a thousand tickets of one page cost few queries', async () => {
    await using site = await open();
    let queries = 0;
    await site.as('admin').run(async (ctx) => {
      const count = (): unknown => queries++;
      ctx.db.on('query', count);
      const scope = { resource: { realm: 'ticket', id: 1 }, href: (path: string) => path, hide: hideAddresses };
      const items = Array.from({ length: 50 }, (_, index) => ({ source: `#1 #2 comment:1 #${index + 100}`, format: 'wiki' }));
      await site.site.get(ITexts).render(ctx, items, scope);
    });
    expect(queries).toBeLessThan(10);
  });
});

test('prefixes of trac.ini lead to other sites, and never astray', async () => {
  await using site = await testSite({ ini: INI.replace(/permission_policies.*\n/, '') });
  const hrefs = async (source: string): Promise<readonly string[]> =>
    [...(await draw(site, source)).matchAll(/ href="([^"]*)" title="([^"]*)"/g)].map(([, href, title]) => `${href} ${title}`);
  expect(await hrefs('gen:#12 g:ticket:12 GEN:wiki:A/B')).toEqual([
    'https://gen.example.net/trac/intertrac/%2312 #12 in Genetrac',
    'https://gen.example.net/trac/intertrac/ticket%3A12 ticket:12 in Genetrac',
    'https://gen.example.net/trac/intertrac/wiki%3AA/B wiki:A/B in Genetrac',
  ]);
  expect(await hrefs('pep:8 pair:a:b plain:x?y=1#z')).toEqual([
    'https://peps.example/pep-8/ PEP 8',
    'https://pairs.example/a/of/b?x=1 a:b in A pair',
    'https://plain.example/x?y=1#z x in plain',
  ]);
  expect(await draw(site, 'evil:x nosuch:y')).not.toContain('href');
});

test('what is not on this site is marked as missing, people by their names', async () => {
  await using site = await testSite({ people: [{ name: 'joe', fullName: 'Joe <D>', email: '' }] });
  expect(await draw(site, '[wiki:Page x] {1} r12 [source:/trunk y]')).toBe(
    '<a class="missing wiki">x</a> <a class="missing report" title="report does not exist">{1}</a> <a class="missing changeset" title="There is no repository here.">r12</a> <a class="missing source" title="There is no repository here.">y</a>',
  );
  const scope = { resource: undefined, href: (path: string) => path, hide: hideAddresses };
  const [html] = await site.run((ctx) =>
    site.site.get(ITexts).render(ctx, [{ source: '@joe @nobody', format: 'markdown', inline: true }], scope),
  );
  expect(html).toBe('<a class="user" title="Joe &lt;D&gt;">@joe</a> @nobody');
});

test('relative references stay on the site', async () => {
  await using site = await testSite({});
  expect(await draw(site, '[/newticket a] [#x b] [?format=rss c] [../2 d]')).toBe(
    '<a href="/p/newticket">a</a> <a class="ticket" href="/p/ticket/1#x">b</a> <a class="ticket" href="/p/ticket/1?format=rss">c</a> <a href="/p/ticket/2">d</a>',
  );
});

test.each([
  ['status=new|assigned', '/query?status=new&status=assigned&order=priority'],
  ['status!=closed&order=id', '/query?status=!closed&order=id'],
  ['summary!~=a b|c&desc=1', '/query?summary=!~a+b&summary=!~c&order=priority&desc=1'],
  ['created=2024&order=modified&max=5', '/query?time=2024&max=5&order=changetime'],
  ['type=a&or&type=b&col=id|type', '/query?type=a&or&type=b&order=priority&col=id&col=type'],
  ['?status=new&x y', '/query?status=new&x+y'],
  ['owner', undefined],
])('query:%s leads to %s', (query, path) => expect(queryPath(query)).toBe(path));

test.each([
  ['1', [[1, 1]]],
  ['3,1,2', [[1, 3]]],
  [
    '1-5,3-9, 20',
    [
      [1, 9],
      [20, 20],
    ],
  ],
  ['5-3', []],
  ['1,x', undefined],
  ['', undefined],
])('%j are the tickets %j', (text, ranges) => expect(ticketRanges(text)).toEqual(ranges));
