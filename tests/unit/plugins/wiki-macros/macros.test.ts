import { describe, expect, test } from 'vitest';
import { component, IPermissionPolicy, ITexts } from '../../../../core/index.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { hideAddresses } from '../../../../plugins/addresses/api.ts';
import { IFileFinder } from '../../../../plugins/wiki-links/api.ts';
import { readArguments } from '../../../../plugins/wiki-macros/arguments.ts';
import { eachDialect } from '../../../support/databases.ts';

const INI = `[ticket-custom]
points = number
team = select
team.options = red|blue
`;

/** Ticket 2 is nobody's but the administrator's, as is the team of ticket 3. */
const Hide = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission: (permission, who, resource) => {
      if (who.user.name === 'admin') return undefined;
      if (permission === 'TICKET_VIEW' && resource?.realm === 'ticket' && resource.id === 2) return false;
      return permission === 'TICKET_FIELD_VIEW' && resource?.id === 'team' && resource.parent?.id === 3 ? false : undefined;
    },
  }),
});
const HIDING = `[trac]\npermission_policies = policies.Hide, DefaultTicketPolicy, DefaultPermissionPolicy\n${INI}`;

const draw = (site: TestSite, source: string, { who = 'anonymous', inline = false } = {}): Promise<string> =>
  site.as(who).run(async (ctx) => {
    const scope = { resource: { realm: 'ticket', id: 1 }, href: (path: string) => `/p${path}`, hide: hideAddresses };
    return (await site.site.get(ITexts).render(ctx, [{ source, format: 'wiki', inline }], scope))[0] ?? '';
  });
/** The tickets that the macro lists, in order. */
const idsOf = async (site: TestSite, args: string, who = 'anonymous'): Promise<readonly number[]> =>
  [...(await draw(site, `[[TicketQuery(${args})]]`, { who })).matchAll(/href="\/p\/ticket\/(\d+)"[^>]*>#/g)].map(([, id]) =>
    Number(id),
  );

async function fill(site: TestSite): Promise<void> {
  const priorities = ['minor', 'blocker', 'major'];
  for (const number of [1, 2, 3, 4, 5, 6])
    await site.as('admin').fileTicket({
      summary: `Ticket <${number}>`,
      description: 'x',
      points: String(number * 10),
      team: number % 2 ? 'red' : 'blue',
      keywords: number % 3 ? 'ui css' : 'db',
      priority: priorities[number % 3],
      owner: number === 4 ? 'reporter' : 'joe',
    });
  await site.as('admin').submit(5, 'resolve', {}, { comment: 'x' });
}

eachDialect((fresh) => {
  const open = async (ini = INI, plugins = {}): Promise<TestSite> => {
    const site = await testSite({ database: await fresh(), ini, plugins });
    await fill(site);
    return site;
  };

  test('TicketQuery finds by any field, in Trac’s language, in the order asked for', async () => {
    await using site = await open();
    const cases: readonly (readonly [string, readonly number[]])[] = [
      ['status!=closed&order=id&desc=1', [6, 4, 3, 2, 1]],
      ['id=2-3|6', [2, 3, 6]],
      ['points=20..40', [2, 3, 4]],
      ['team=red, points=50', [5]],
      ['team!=red, or, id=1', [1, 2, 4, 6]],
      ['keywords=~ui -db&max=2', [1, 2]],
      ['summary^=ticket&order=priority', [1, 4, 2, 5, 3, 6]],
      ['owner=$USER', []],
      ['nosuch=1&id=1', [1]],
      ['created=2020..', [1, 2, 3, 4, 5, 6]],
    ];
    for (const [args, ids] of cases) expect([args, await idsOf(site, args)]).toEqual([args, ids]);
    expect(await idsOf(site, 'owner=$USER', 'reporter')).toEqual([4]);
  });

  test('TicketQuery counts and measures progress', async () => {
    await using site = await open();
    expect(await draw(site, '[[TicketQuery(team=red, format=count)]]')).toContain(
      'href="/p/query?team=red&amp;order=id" title="Tickets: team=red">3</a>',
    );
    expect(await draw(site, '[[TicketQuery(status=closed, format=rawcount)]]')).toContain('<span class="query_count">1</span>');
    expect(await draw(site, '[[ProgressMeter(team=red)]]')).toContain(
      '<progress max="3" value="1" aria-label="1 of 3 closed">33 %</progress>',
    );
    expect(await draw(site, '[[TicketQuery(id=99)]]')).toContain('<span class="query_no_results">');
  });

  test('TicketQuery shows nothing that the person must not see, nor finds by it', async () => {
    await using site = await open(HIDING, { policies: { Hide } });
    expect(await idsOf(site, 'id=1-3')).toEqual([1, 3]);
    expect(await idsOf(site, 'id=1-3', 'admin')).toEqual([1, 2, 3]);
    expect(await idsOf(site, 'team=red')).toEqual([1, 5]);
    expect(await idsOf(site, 'order=team')).not.toContain(3);
    expect(await draw(site, '[[TicketQuery(format=rawcount)]]')).toContain('>5<');
    expect(await draw(site, '[[TicketQuery(id=3, format=table, col=id|team)]]')).toContain('<td class="team"></td>');
  });

  test('TicketQuery groups', async () => {
    await using site = await open();
    const html = await draw(site, '[[TicketQuery(format=table, group=team, col=id|points)]]');
    expect([...html.matchAll(/<caption[^>]*>([^<]*)/g)].map(([, text]) => text)).toEqual(['Team: blue (3)', 'Team: red (3)']);
  });
});

test('TicketQuery escapes what it shows and says in a sentence what it cannot read', async () => {
  await using site = await testSite({ ini: INI });
  await fill(site);
  for (const format of ['list', 'compact', 'table']) {
    const html = await draw(site, `[[TicketQuery(id=1, format=${format})]]`);
    expect(html).toContain('Ticket &lt;1&gt;');
    expect(html).not.toContain('<1>');
  }
  expect(await draw(site, '[[TicketQuery(points=many)]]')).toMatch(/system-message.*Macro TicketQuery.*no number/);
  expect(await draw(site, '[[TicketQuery(id=1)]] x', { inline: true })).toBe('[[TicketQuery(...)]] x');
});

describe('Image', () => {
  const Finder = component({
    implements: [IFileFinder],
    create: () => ({
      findFiles: (_ctx, wanted) =>
        wanted.map(({ realm, id, name }) =>
          name.startsWith('no')
            ? undefined
            : {
                description: '<d>',
                page: `/attachment/${realm}/${id}/${name}`,
                raw: `/raw/${realm}/${id}/${name}`,
                isImage: name.endsWith('.png'),
              },
        ),
    }),
  });
  const see = async (args: string): Promise<string> => {
    await using site = await testSite({ plugins: { finder: { Finder } } });
    return (await draw(site, `[[Image(${args})]]`)).replace(/^<p>\s*|(?:<br \/>)?\s*<\/p>\s*$/g, '');
  };
  const page = '<a href="/p/attachment/ticket/1/a.png">';

  test.each([
    ['a.png', `${page}<img alt="&lt;d&gt;" src="/p/raw/ticket/1/a.png" title="&lt;d&gt;" /></a>`],
    [
      'a.png, 50%, right, alt="x, y"',
      `${page}<img alt="x, y" src="/p/raw/ticket/1/a.png" title="&lt;d&gt;" class="image-right" width="50%" /></a>`,
    ],
    ['a.png, nolink, width=100px', '<img alt="&lt;d&gt;" src="/p/raw/ticket/1/a.png" title="&lt;d&gt;" width="100" />'],
    [
      'ticket:7:a.png, link=ticket:3, title=t',
      '<a href="/p/ticket/3"><img alt="&lt;d&gt;" src="/p/raw/ticket/7/a.png" title="t" /></a>',
    ],
    ['a.svg', '<a href="/p/attachment/ticket/1/a.svg"><img alt="&lt;d&gt;" title="&lt;d&gt;" /></a>'],
    ['no.png', '<img alt="No image “no.png” attached" title="No image “no.png” attached" class="missing attachment" />'],
    [
      'http://e.example/x.png',
      '<a href="http://e.example/x.png"><img alt="http://e.example/x.png" title="http://e.example/x.png" class="external-image" /></a>',
    ],
    ['a.png, link=javascript:alert(1), onclick=x', '<img alt="&lt;d&gt;" src="/p/raw/ticket/1/a.png" title="&lt;d&gt;" />'],
  ])('%s', async (args, html) => expect(await see(args)).toBe(html));
});

test('a table of contents has the headings of its own text', async () => {
  await using site = await testSite({});
  const html = await draw(site, "= A '''b''' =\n== #1 ==\n=== C ===\n= D =\n[[PageOutline(2-3, Parts)]]");
  expect(html).toContain(
    '<nav class="wiki-toc" aria-label="Parts"><h4>Parts</h4><ol><li><a href="#a1">#1</a><ol><li><a href="#C">C</a></li></ol></li></ol></nav>',
  );
});

test('every macro describes itself', async () => {
  await using site = await testSite({});
  const html = await draw(site, '[[MacroList]]');
  for (const name of ['Image', 'MacroList', 'PageOutline', 'ProgressMeter', 'TicketQuery', 'TOC', 'Workflow'])
    expect(html).toContain(`<code>[[${name}]]</code>`);
  expect(await draw(site, '[[MacroList(Ticket*)]]')).not.toContain('[[Image]]');
});

test.each([
  ['a, "b, c", d=e', [['a', 'b, c'], { d: 'e' }]],
  ['x\\,y, N="q, r" , \'s\'', [['x,y', 's'], { n: 'q, r' }]],
  ['"unclosed, b', [['"unclosed', 'b'], {}]],
  ['', [[], {}]],
])('the arguments %j', (text, expected) => {
  const { words, named } = readArguments(text);
  expect([words, Object.fromEntries(named)]).toEqual(expected);
});
