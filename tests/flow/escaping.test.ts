import { parse } from 'parse5';
import { expect, test } from 'vitest';
import { type AdjunctType, IAdjunctService } from '../../core/adjunct/types.ts';
import { IGrants, IOneTimeLinks, ISessionService, IUserService } from '../../core/security/extension-points.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { elementsOf } from '../support/html-faults.ts';
import { addAccount, enter, type Visitor, visit } from '../support/visitor.ts';

/** Breaks out of text, of attributes in either quotes, of a textarea, a title, an option, a script and a template. */
const EVIL = `</textarea></title></option></script><img src=x onerror=evil()>" onfocus="evil()" x=' onfocus='evil()' {{ 7*191 }}`;
/** For where blanks, commas or bars would cut it into pieces. */
const EVIL_WORD = `<img/src=x/onerror=evil()>"onfocus="evil()"`;

/** What a browser would make of text that came through unescaped; in the text of an element, quotes are no markup. */
function holes(body: string): string[] {
  const attributes = [...elementsOf(parse(body))].flatMap(({ element }) => element.attrs);
  const bad = attributes.filter(({ name, value }) => name.startsWith('on') || (name === 'src' && value.startsWith('x')));
  return [...bad.map(({ name, value }) => `${name}="${value}"`), ...(body.includes('1337') ? ['1337'] : [])];
}

const INI = `[project]
name = Project ${EVIL}
admin = admin ${EVIL}

[ticket-custom]
aa = text
aa.label = Label ${EVIL}
aa.title = Title ${EVIL}
aa.help = Help ${EVIL}
aa.value = ${EVIL}
bb = select
bb.options = ${EVIL}|fine
bb.label = Select
bb.value = ${EVIL}
ccc = radio
ccc.options = ${EVIL}|fine
ccc.label = Radio ${EVIL}
dd = checkbox
dd.label = Check ${EVIL}
ee = textarea
ee.label = Area ${EVIL}
ff = time
ff.label = Time ${EVIL}
gg = ${EVIL_WORD}

[ticket-workflow]
create = <none> -> new
create.label = Create ${EVIL}
leave = * -> *
leave.operations = leave_status
leave.label = Leave ${EVIL}
leave.hint = ${EVIL}
give = new -> given
give.operations = set_owner
give.set_owner = ${EVIL_WORD}, ann
finish = new,given -> closed
finish.operations = set_resolution, ${EVIL_WORD}
finish.set_resolution = ${EVIL_WORD}, fixed
odd = new -> ${EVIL_WORD}

[${EVIL_WORD}]
${EVIL_WORD.replaceAll('=', '-')} = ${EVIL}
`;

const FIELDS = { summary: EVIL, description: `${EVIL}\n> ${EVIL}\n#1${EVIL}`, keywords: EVIL, cc: EVIL_WORD, aa: EVIL, ee: EVIL };

async function evilSite(): Promise<TestSite> {
  const site = await testSite({
    ini: INI,
    grants: {
      anonymous: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_APPEND', 'MILESTONE_VIEW'],
      authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
      root: ['TRAC_ADMIN'],
      [EVIL_WORD]: ['TICKET_ADMIN'],
    },
  });
  await addAccount(site, 'ann');
  await site.as('root').run(async (ctx) => {
    const types: readonly AdjunctType[] = [
      'component',
      'milestone',
      'version',
      'priority',
      'severity',
      'ticket_type',
      'resolution',
    ];
    for (const type of types)
      await site.site.get(IAdjunctService).save(ctx, type, { name: EVIL, description: EVIL, owner: EVIL });
    await site.site.get(IUserService).update(ctx, 'ann', { fullName: EVIL });
    await site.site.get(IGrants).grant(ctx, 'ann', 'TICKET_ADMIN');
    await site.site.get(ISessionService).open(ctx, 'ann', EVIL);
  });
  const set = { component: EVIL, milestone: EVIL, version: EVIL, priority: EVIL, severity: EVIL, type: EVIL };
  await site.as('ann').fileTicket({ ...FIELDS, ...set, bb: EVIL, ccc: EVIL });
  await site.as('ann').submit(1, 'leave', {}, { comment: EVIL, fields: { summary: `2 ${EVIL}`, description: 'short', cc: '' } });
  await site
    .as('ann')
    .submit(1, 'leave', {}, { comment: `> ${EVIL}\n#2 ${EVIL}`, replyTo: '1', fields: { aa: '', keywords: '' } });
  return site;
}

const encoded = encodeURIComponent(EVIL);
const ADDRESSES = [
  '/',
  '/query',
  `/query?owner=${encoded}&status=${encoded}&component=!${encoded}&order=${encoded}&max=${encoded}`,
  `/query?priority=${encoded}&milestone=${encoded}`,
  '/ticket/1',
  '/ticket/1?replyto=1',
  '/ticket/1?replyto=description',
  `/ticket/1?replyto=${encoded}&action=${encoded}`,
  `/ticket/${encoded}`,
  '/newticket',
  `/newticket?summary=${encoded}&description=${encoded}&keywords=${encoded}&aa=${encoded}&bb=${encoded}&ff=${encoded}&action=${encoded}`,
  `/login?referer=/${encoded}`,
  `/login/${encoded}`,
  `/invite/${encoded}`,
  `/search?q=${encoded}`,
  `/${encoded}`,
  `/chrome/${encoded}`,
  '/about',
  '/prefs',
  '/logout',
  '/admin',
  '/admin/users',
  '/admin/users?user=ann',
  `/admin/users?user=${encoded}`,
  `/admin/${encoded}/${encoded}`,
];

test('the marks of a hole are found where there is one', () => {
  expect(holes(`<p title="${EVIL}">`)).toHaveLength(1);
  expect(holes(`<p title='${EVIL}'>`)).toHaveLength(1);
  expect(holes(`<p>${EVIL}</p>`)).toHaveLength(2);
  expect(holes(`<p title="${EVIL_WORD}">`)).toHaveLength(1);
  expect(holes(`<p>${EVIL_WORD}</p>`)).toHaveLength(1);
  expect(holes('<p>1337</p>')).toHaveLength(1);
});

test('no page lets text of people, of trac.ini or of the address become markup', async () => {
  await using site = await evilSite();
  const invitation = await site
    .as('root')
    .run((ctx) => site.site.get(IOneTimeLinks).issue(ctx, { purpose: 'invite', account: 'ann', grants: [] }));
  let shown = 0;
  for (const person of [visit(site), await enter(site, 'ann'), await enter(site, 'root')]) {
    for (const url of [...ADDRESSES, `/invite/${invitation}`]) {
      const { body, statusCode } = await person.get(url);
      expect([url, statusCode < 500, holes(body)]).toEqual([url, true, []]);
      shown += body.includes('&lt;img src=x onerror=evil()&gt;') ? 1 : 0;
    }
  }
  // The text is there, only harmless.
  expect(shown).toBeGreaterThan(40);
});

async function postEverything(person: Visitor): Promise<void> {
  const ticket = {
    ...Object.fromEntries(Object.keys(FIELDS).map((name) => [`field_${name}`, EVIL])),
    field_bb: EVIL,
    field_ccc: EVIL,
    field_ff: EVIL,
    field_type: `${EVIL}!`,
    field_priority: `${EVIL}!`,
    field_owner: EVIL,
    [`field_${EVIL}`]: EVIL,
    comment: EVIL,
    author: EVIL,
    replyto: EVIL,
    view_time: EVIL,
    action_give_reassign_owner: EVIL,
    action_finish_resolve_resolution: EVIL,
  };
  const forms: readonly (readonly [url: string, fields: Record<string, string>])[] = [
    ['/newticket', { ...ticket, preview: 'x' }],
    ['/newticket', { ...ticket, submit: 'x' }],
    ['/newticket', { ...ticket, field_reporter: EVIL, action: EVIL, submit: 'x' }],
    ...['leave', 'give', 'finish', 'odd', EVIL].flatMap(
      (action) =>
        [
          ['/ticket/1', { ...ticket, action, preview: 'x' }],
          ['/ticket/1', { ...ticket, action, submit: 'x', view_time: '1' }],
        ] as const,
    ),
    ['/login', { user: EVIL, password: EVIL, referer: EVIL }],
    ['/prefs', { full_name: EVIL, email: EVIL, time_zone: EVIL, theme: EVIL }],
    ['/prefs/password', { old_password: EVIL, password: EVIL, password2: 'other' }],
    ['/admin/users', { step: 'invite', name: EVIL, full_name: EVIL, email: EVIL, groups: EVIL }],
    ['/admin/users', { step: 'grant', subject: EVIL, action: EVIL }],
    ['/admin/users', { step: 'grant', subject: 'ann', action: EVIL_WORD }],
    ['/admin/users', { step: 'revoke', subject: EVIL, action: EVIL }],
    ['/admin/users', { step: 'reset', user: EVIL }],
    ['/admin/users', { step: EVIL }],
    [`/${encoded}`, {}],
  ];
  for (const [url, fields] of forms) {
    const { body, statusCode } = await person.post(url, fields);
    expect([url, fields, statusCode < 500, holes(body)]).toEqual([url, fields, true, []]);
    if (statusCode === 303) expect(holes((await person.get('/about')).body)).toEqual([]);
  }
}

test('nor does any form that comes back', async () => {
  await using site = await evilSite();
  for (const person of [visit(site), await enter(site, 'ann'), await enter(site, 'root')]) await postEverything(person);
});

test('a notice that somebody else put into the cookie is text', async () => {
  await using site = await testSite();
  for (const notice of [['notice', EVIL], [EVIL, 'x'], ['error', 7], { kind: EVIL }, null]) {
    const cookie = Buffer.from(JSON.stringify(notice)).toString('base64url');
    const { body, statusCode } = await site.inject({ url: '/about', cookies: { trac_notice: cookie } });
    expect([statusCode, holes(body)]).toEqual([200, []]);
  }
  for (const cookies of [{ trac_notice: EVIL }, { trac_auth: EVIL }, { trac_form_token: EVIL }]) {
    const { body, statusCode } = await site.inject({ url: '/login', cookies, headers: { accept: 'text/html' } });
    expect([statusCode, holes(body)]).toEqual([200, []]);
  }
});
