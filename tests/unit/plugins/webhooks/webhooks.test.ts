import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { component, IOutboxQueue, IPermissionPolicy, ITicketService, ticketAsked } from '../../../../core/index.ts';
import { type TestSite, type TestSiteOptions, testSite } from '../../../../core/testing/index.ts';
import { eachDialect } from '../../../support/databases.ts';
import { type HookRequest, type HookServer, startHookServer, withStatus } from '../../../support/hook-server.ts';
import { enter, type Visitor } from '../../../support/visitor.ts';

const INI = '[trac]\nbase_url = https://tracker.example/t\n\n[webhooks]\nallow_private = enabled\ntimeout = 0.5\n';
const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  boss: ['TICKET_VIEW_INTERNAL'],
  keeper: ['WEBHOOK_ADMIN'],
  admin: ['TRAC_ADMIN'],
};
const PEOPLE = ['ann', 'boss'].map((name) => ({ name, fullName: '', email: '' }));
const SITE: TestSiteOptions = { ini: INI, grants: GRANTS, people: PEOPLE };
const SECRET = 'a secret of our own';

/** Hides tickets of component2, and keywords from everybody but boss. */
const Secrecy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission(permission, { user }, resource) {
      if (user.name === 'boss' || user.name === 'admin' || user.name === 'reporter') return undefined;
      if (permission === 'TICKET_VIEW' && ticketAsked(resource)?.values?.['component'] === 'component2') return false;
      return permission === 'TICKET_FIELD_VIEW' && resource?.id === 'keywords' ? false : undefined;
    },
  }),
});
const SECRECY: TestSiteOptions = {
  ...SITE,
  ini: INI.replace('[trac]\n', '[trac]\npermission_policies = secrecy.Secrecy, DefaultPermissionPolicy\n'),
  plugins: { secrecy: { Secrecy } },
};

const ALL = ['ticket.created', 'ticket.changed', 'ticket.deleted', 'tickets.changed', 'comment.edited', 'comment.deleted'];

interface Settings {
  readonly url?: string;
  readonly events?: readonly string[];
  readonly filter?: string;
  readonly run_as?: string;
  readonly secret?: string;
}
/** Adds a webhook by the form, as an administrator does. */
async function addHook(site: TestSite, server: HookServer, settings: Settings = {}, who = 'admin'): Promise<Visitor> {
  const admin = await enter(site, who);
  const { events = ALL, ...rest } = settings;
  const fields = new URLSearchParams({
    step: 'add',
    name: 'Other program',
    url: server.url,
    secret: SECRET,
    enabled: '1',
    ...rest,
  });
  for (const event of events) fields.append('events', event);
  fields.set('__FORM_TOKEN', admin.cookies.get('trac_form_token') ?? '');
  const reply = await site.inject({
    method: 'POST',
    url: '/admin/webhooks',
    cookies: Object.fromEntries(admin.cookies),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    payload: fields.toString(),
  });
  expect([200, 303]).toContain(reply.statusCode);
  return admin;
}
const bodies = ({ requests }: HookServer) =>
  requests.map(({ body }) => JSON.parse(body) as Record<string, Record<string, unknown>>);
const eventsOf = ({ requests }: HookServer) => requests.map(({ headers }) => headers['x-tracts-event']);
const counts = (site: TestSite) => site.as('admin').run((ctx) => site.site.get(IOutboxQueue).counts(ctx));

eachDialect((fresh) => {
  const start = async (options = SITE) => testSite({ ...options, database: await fresh() });

  test('a filed and a changed ticket are posted with their values, signed so that the other side can tell', async () => {
    await using server = await startHookServer();
    await using site = await start();
    await addHook(site, server);
    const { id } = await site.as('ann').fileTicket({ summary: 'Jam', reporter: 'ann' });
    await site.as('ann').submit(id, 'accept', {}, { comment: 'mine' });
    expect(await site.deliver()).toBe(2);
    const [created, changed] = bodies(server);
    expect(created).toMatchObject({
      event: 'ticket.created',
      site: { url: 'https://tracker.example/t' },
      ticket: { id, url: `https://tracker.example/t/ticket/${id}`, fields: { summary: 'Jam', milestone: null } },
      change: { author: 'ann' },
    });
    expect(changed).toMatchObject({
      event: 'ticket.changed',
      ticket: { fields: { status: 'accepted', owner: 'ann' } },
      change: {
        number: 1,
        author: 'ann',
        action: 'accept',
        comment: 'mine',
        fields: expect.arrayContaining([{ field: 'status', old: 'new', new: 'accepted' }]),
        text: expect.arrayContaining(['Status: new → accepted']),
      },
    });
    for (const { headers, body, method } of server.requests) {
      const time = String(headers['x-tracts-timestamp']);
      expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
      const expected = createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex');
      expect([method, headers['content-type'], headers['x-tracts-signature']]).toEqual([
        'POST',
        'application/json',
        `sha256=${expected}`,
      ]);
      expect(headers['x-tracts-delivery']).toBe(JSON.parse(body).delivery);
    }
    expect(await counts(site)).toEqual([]);
  });

  test('only what was asked for is told: events, and tickets that the filter fits', async () => {
    await using server = await startHookServer();
    await using site = await start();
    await addHook(site, server, { events: ['ticket.created'], filter: 'priority=blocker|critical&summary~=jam' });
    await site.fileTicket({ summary: 'Jam one', priority: 'blocker' });
    await site.fileTicket({ summary: 'Jam two', priority: 'minor' });
    await site.fileTicket({ summary: 'Leak', priority: 'critical' });
    await site.submit(1, 'leave', {}, { comment: 'x' });
    await site.deliver();
    expect(bodies(server)).toMatchObject([{ event: 'ticket.created', ticket: { id: 1 } }]);
  });

  test('a change that is undone sends nothing', async () => {
    await using server = await startHookServer();
    await using site = await start();
    await addHook(site, server);
    const failing = site.run(async (ctx) => {
      await site.site.get(ITicketService).apply(ctx, undefined, { fields: { summary: 'x' } });
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    await site.deliver();
    expect(server.requests).toEqual([]);
  });

  test('what the webhook’s person may not see is not sent: tickets, fields, internal comments, addresses', async () => {
    await using server = await startHookServer();
    await using inner = await startHookServer();
    await using site = await start(SECRECY);
    await addHook(site, server);
    await addHook(site, inner, { run_as: 'boss' });
    await site.fileTicket({ summary: 'hidden', component: 'component2' });
    const { id } = await site.fileTicket({ summary: 'joe@example.org', keywords: 'hush' });
    await site.as('boss').submit(id, 'leave', {}, { comment: 'whispered', internal: true });
    await site.as('boss').submit(id, 'leave', {}, { fields: { keywords: 'hush more' }, comment: 'loud' });
    await site.deliver();
    const text = server.requests.map(({ body }) => body).join('\n');
    expect(bodies(server).map(({ ticket }) => ticket?.['id'])).toEqual([id, id]);
    expect(text).toContain('loud');
    expect(text).toContain('joe@…');
    expect(text).not.toMatch(/hush|whispered|keywords|joe@example/);
    const seen = inner.requests.map(({ body }) => body).join('\n');
    expect(inner.requests).toHaveLength(4);
    expect(seen).toMatch(/hidden/);
    expect(seen).toMatch(/whispered/);
    expect(seen).toMatch(/hush more/);
  });

  test('a filter by a field that the person may not see finds nothing', async () => {
    await using server = await startHookServer();
    await using site = await start(SECRECY);
    await addHook(site, server, { filter: 'keywords~=hush' });
    await site.fileTicket({ summary: 'x', keywords: 'hush' });
    await site.deliver();
    expect(server.requests).toEqual([]);
  });

  test('deleted tickets, edited and deleted comments, and values replaced at once are told of', async () => {
    await using server = await startHookServer();
    await using site = await start();
    await addHook(site, server, { events: ALL.slice(2) });
    const { id } = await site.fileTicket({ summary: 'x', priority: 'blocker' });
    await site.as('ann').submit(id, 'leave', {}, { comment: 'one' });
    const tickets = site.site.get(ITicketService);
    await site.as('admin').run(async (ctx) => tickets.editComment(await tickets.open(ctx, id), 1, 'two'));
    await site.deliver();
    await site
      .as('admin')
      .run((ctx) =>
        tickets.replaceValue(ctx, { field: 'priority', from: 'blocker', to: 'urgent', action: 'rename', comment: 'renamed' }),
      );
    await site.as('admin').run(async (ctx) => tickets.deleteComment(await tickets.open(ctx, id), 1));
    await site.deliver();
    await site.as('admin').run(async (ctx) => tickets.delete(await tickets.open(ctx, id)));
    await site.deliver();
    expect(eventsOf(server)).toEqual(['comment.edited', 'tickets.changed', 'comment.deleted', 'ticket.deleted']);
    const [edited, replaced, deleted, gone] = bodies(server);
    expect(edited?.['change']).toMatchObject({ number: 1, comment: 'two' });
    expect(replaced?.['replaced']).toEqual({ field: 'priority', from: 'blocker', to: 'urgent', tickets: [id] });
    expect(deleted?.['change']).toMatchObject({ number: 1, comment: '' });
    expect(gone?.['ticket']).toMatchObject({ id, fields: { summary: 'x', priority: 'urgent' } });
  });

  test('what fails is tried again, with the same name and a new signature, and the log tells how it went', async () => {
    await using server = await startHookServer();
    await using site = await start();
    const admin = await addHook(site, server);
    server.answer(withStatus(500, {}, 'oh <b>no</b>'), withStatus(503, { 'retry-after': '7200' }), () => undefined);
    await site.fileTicket({ summary: 'x' });
    const start_ = Date.now();
    const at = (hours: number) => new Date(start_ + hours * 3_600_000);
    await site.deliver();
    await site.deliver(at(0.1));
    await site.deliver(at(1));
    expect(server.requests).toHaveLength(2);
    await site.deliver(at(3));
    expect(server.requests).toHaveLength(3);
    await site.deliver(at(10));
    expect(server.requests).toHaveLength(4);
    expect(new Set(server.requests.map(({ headers }) => headers['x-tracts-delivery'])).size).toBe(1);
    const page = (await admin.get('/admin/webhooks?hook=1')).body;
    expect(page).toContain('The other side answered 500');
    expect(page).toContain('oh &lt;b&gt;no&lt;/b&gt;');
    expect(page).toContain('No answer within 0.5 seconds.');
    expect([...page.matchAll(/data-label="Attempt">(\d)/g)].map(([, number]) => number)).toEqual(['4', '3', '2', '1']);
    expect(await counts(site)).toEqual([]);
  });

  test('a webhook that nobody answers for is switched off, says so on pages, and can be switched on again', async () => {
    await using server = await startHookServer();
    await using site = await start({ ...SITE, ini: `${INI}disable_after = 2\n` });
    const admin = await addHook(site, server);
    server.answer(withStatus(410), withStatus(410));
    for (const summary of ['a', 'b']) {
      await site.fileTicket({ summary });
      await site.deliver();
    }
    expect(server.requests).toHaveLength(2);
    expect(await counts(site)).toEqual([{ channel: 'webhook', state: 'dead', count: 2 }]);
    expect((await admin.get('/query')).body).toMatch(/webhooks were switched off.*: Other program/);
    expect((await (await enter(site, 'ann')).get('/query')).body).not.toContain('switched off');
    await site.fileTicket({ summary: 'd' });
    expect(await counts(site)).toEqual([{ channel: 'webhook', state: 'dead', count: 2 }]);
    expect((await admin.post('/admin/webhooks', { step: 'switch', hook: '1' })).statusCode).toBe(303);
    expect((await admin.get('/query')).body).not.toContain('switched off');
    await site.fileTicket({ summary: 'e' });
    await site.deliver();
    expect(server.requests).toHaveLength(3);
  });

  test('a delivery can be sent again, and a test message at any time', async () => {
    await using server = await startHookServer();
    await using site = await start();
    const admin = await addHook(site, server);
    await site.fileTicket({ summary: 'x' });
    await site.deliver();
    await admin.post('/admin/webhooks', { step: 'redeliver', hook: '1', attempt: '1' });
    await site.deliver();
    expect(new Set(server.requests.map(({ headers }) => headers['x-tracts-delivery'])).size).toBe(1);
    expect(server.requests).toHaveLength(2);
    const tested = await admin.post('/admin/webhooks', { step: 'test', hook: '1' });
    expect(tested.statusCode).toBe(303);
    expect(eventsOf(server).at(-1)).toBe('ping');
    expect((await admin.get('/admin/webhooks?hook=1')).body).toMatch(/The other side answered 200 in \d+ ms/);
    expect((await admin.post('/admin/webhooks', { step: 'redeliver', hook: '1', attempt: '99' })).statusCode).toBe(404);
  });

  test('the log keeps the last fifty attempts of each webhook', async () => {
    await using server = await startHookServer();
    await using site = await start();
    const admin = await addHook(site, server);
    for (let number = 0; number < 55; number++) await site.fileTicket({ summary: `Ticket ${number}` });
    await site.deliver();
    expect(server.requests).toHaveLength(55);
    const rows = await site.as('admin').run((ctx) => ctx.db('webhook_delivery').count({ all: '*' }).first());
    expect(Number((rows as { all: number }).all)).toBe(50);
    await admin.post('/admin/webhooks', { step: 'delete', hook: '1' });
    const left = await site.as('admin').run((ctx) => ctx.db('webhook_delivery').count({ all: '*' }).first());
    expect(Number((left as { all: number }).all)).toBe(0);
  });
});

test('without leave nothing is sent into this network, whatever the test button is pressed for', async () => {
  await using server = await startHookServer();
  await using site = await testSite({ ...SITE, ini: '' });
  const admin = await addHook(site, server);
  await addHook(site, server, { url: server.url.replace('127.0.0.1', 'localhost') });
  await site.fileTicket({ summary: 'x' });
  await site.deliver();
  for (const hook of ['1', '2']) {
    await admin.post('/admin/webhooks', { step: 'test', hook });
    expect((await admin.get(`/admin/webhooks?hook=${hook}`)).body).toContain('allow_private');
  }
  expect(server.requests).toEqual([]);
  expect(await counts(site)).toEqual([{ channel: 'webhook', state: 'dead', count: 2 }]);
});

test('redirects are not followed', async () => {
  await using server = await startHookServer();
  await using other = await startHookServer();
  await using site = await testSite(SITE);
  const admin = await addHook(site, server);
  server.answer(withStatus(307, { location: other.url }));
  await admin.post('/admin/webhooks', { step: 'test', hook: '1' });
  expect(other.requests).toEqual([]);
  expect((await admin.get('/admin/webhooks?hook=1')).body).toContain('Redirects are not followed');
});

test('a flood of an answer is cut, and an answer that never ends is not waited for', async () => {
  await using server = await startHookServer();
  await using site = await testSite(SITE);
  const admin = await addHook(site, server);
  server.answer(withStatus(200, {}, 'x'.repeat(5_000_000)), (response) => {
    response.writeHead(200);
    response.write('drip');
  });
  await admin.post('/admin/webhooks', { step: 'test', hook: '1' });
  expect((await admin.get('/admin/webhooks?hook=1')).body).toContain('The other side answered 200');
  const began = Date.now();
  await admin.post('/admin/webhooks', { step: 'test', hook: '1' });
  expect(Date.now() - began).toBeLessThan(3000);
  const page = (await admin.get('/admin/webhooks?hook=1')).body;
  expect(page).toContain('No answer within 0.5 seconds');
  expect(page.length).toBeLessThan(30_000);
});

test('a made secret is shown once and never again, neither is a given one', async () => {
  await using server = await startHookServer();
  await using site = await testSite(SITE);
  const admin = await enter(site, 'admin');
  const fields = { step: 'add', name: 'x', url: server.url, secret: '', events: 'ticket.created', enabled: '1' };
  const made = await admin.post('/admin/webhooks', fields);
  const secret = /id="made-secret"[^>]*value="([^"]+)"/.exec(made.body)?.[1] ?? '';
  expect(secret.length).toBeGreaterThan(40);
  await admin.post('/admin/webhooks', { ...fields, step: 'save', hook: '1', name: 'y' });
  for (const url of ['/admin/webhooks', '/admin/webhooks?hook=1']) expect((await admin.get(url)).body).not.toContain(secret);
  await admin.post('/admin/webhooks', { step: 'test', hook: '1' });
  const [{ headers, body } = { headers: {} as HookRequest['headers'], body: '' }] = server.requests;
  const expected = createHmac('sha256', secret).update(`${headers['x-tracts-timestamp']}.${body}`).digest('hex');
  expect(headers['x-tracts-signature']).toBe(`sha256=${expected}`);
});

test('mistakes come back at their fields, with what was typed', async () => {
  await using site = await testSite(SITE);
  const admin = await enter(site, 'admin');
  const good = { step: 'add', name: 'x', url: 'https://example.org/', events: 'ticket.created' };
  const refused = async (change: Record<string, string>, who = admin) => {
    const reply = await who.post('/admin/webhooks', { ...good, ...change });
    expect(reply.statusCode).toBe(422);
    return [...reply.body.matchAll(/<p class="problem" id="problem-(\w+)">([^<]*)/g)].map(
      ([, field, text]) => `${field}: ${text?.trim()}`,
    );
  };
  expect(await refused({ name: '' })).toEqual(['name: Give it a name.']);
  expect((await refused({ url: 'ftp://x' }))[0]).toMatch(/^url: This is no address/);
  expect((await refused({ url: 'https://a:b@example.org/' }))[0]).toMatch(/^url: Leave name and password out/);
  expect((await refused({ secret: 'short' }))[0]).toMatch(/^secret: A secret has at least 16/);
  expect((await refused({ events: 'nonsense' }))[0]).toMatch(/^events: Choose/);
  expect((await refused({ filter: 'prority=major' }))[0]).toBe('filter: There is no field “prority”. Did you mean priority?');
  expect((await refused({ filter: 'nonsense' }))[0]).toContain('has no “=”');
  expect((await refused({ run_as: 'nobody' }))[0]).toMatch(/^run_as: There is no account/);
  const keeper = await enter(site, 'keeper');
  expect((await refused({ run_as: 'boss' }, keeper))[0]).toContain('Only holders of TRAC_ADMIN');
});

test('webhooks are for those who may manage them alone', async () => {
  await using site = await testSite(SITE);
  const ann = await enter(site, 'ann');
  expect((await ann.get('/admin/webhooks')).statusCode).toBe(403);
  expect((await ann.post('/admin/webhooks', { step: 'add' })).statusCode).toBe(403);
  expect((await (await enter(site, 'keeper')).get('/admin/webhooks')).statusCode).toBe(200);
  expect((await (await enter(site, 'admin')).get('/admin/webhooks?hook=7')).statusCode).toBe(404);
});

test('a webhook of somebody whose account is disabled sends nothing, and its page says why', async () => {
  await using server = await startHookServer();
  await using site = await testSite(SITE);
  const admin = await addHook(site, server, { run_as: 'ann' });
  await site.fileTicket({ summary: 'x' });
  await site.as('admin').run((ctx) => ctx.db('account').where({ name: 'ann' }).update({ disabled: true }));
  await site.as('admin').run((ctx) => ctx.db('generation').where({ name: 'directory' }).increment('value', 1));
  await expect.poll(async () => (await admin.get('/admin/webhooks')).body).toContain('who has no account that may log in');
  await site.deliver();
  expect(server.requests).toEqual([]);
});
