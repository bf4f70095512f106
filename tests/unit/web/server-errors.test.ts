import { expect, test } from 'vitest';
import { NotFoundError, TracError } from '../../../core/kernel/errors.ts';
import type { Route, View } from '../../../core/web/extension-points.ts';
import { webSite } from './site.ts';

const TOKEN = 'abcdefghijklmnop';

test('errors meant for people keep their status and sentence, those of ours keep the sentence for the log', async () => {
  const throwing = (path: string, error: Error): Route => ({
    method: 'GET',
    path,
    handle: () => {
      throw error;
    },
  });
  await using site = await webSite({
    routes: [
      throwing('/a', new NotFoundError('No such ticket.')),
      throwing('/b', new TracError('CROWD', 'Too many people at once.', 503)),
      throwing('/c', new TracError('X', 'Hidden.', 500, false)),
    ],
  });
  expect((await site.web.inject('/a')).body).toContain('No such ticket.');
  expect(site.log).toEqual([]);
  const b = await site.web.inject('/b');
  expect([b.statusCode, b.body.includes('Too many people at once.'), b.headers['retry-after']]).toEqual([503, true, '30']);
  const c = await site.web.inject('/c');
  expect([c.statusCode, c.body.includes('Hidden.')]).toEqual([500, false]);
  expect(site.log).toHaveLength(2);
});

test('what is wrong with the site itself is told in full to administrators alone', async () => {
  const broken = (path: string, error: Error): Route => ({ method: 'GET', path, handle: () => Promise.reject(error) });
  const ann = {
    user: { name: 'ann', authenticated: true },
    formToken: TOKEN,
    sessionId: 's',
    timeZone: '',
    theme: 'auto',
  } as const;
  await using site = await webSite({
    findSession: async (_ctx, token) => ({ ...ann, user: { name: token, authenticated: true } }),
    grants: { admin: ['TRAC_ADMIN'] },
    routes: [
      broken('/file', new TracError('DATABASE_READ_ONLY', 'The database file /srv/env/db/tracts.db cannot be written.')),
      broken('/busy', new TracError('DATABASE_BUSY', 'The database file /srv/env/db/tracts.db is held.', 503)),
      broken('/ini', new TracError('CONFIG', '/srv/env/conf/trac.ini cannot be read.')),
      broken('/away', Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' })),
      broken('/cut', new Error('Connection terminated unexpectedly')),
    ],
  });
  for (const [path, status] of [
    ['/file', 500],
    ['/busy', 503],
    ['/ini', 500],
    ['/away', 503],
    ['/cut', 503],
  ] as const) {
    const seen = await site.web.inject({ url: path, cookies: { trac_auth: 'ann' } });
    expect([path, seen.statusCode, seen.headers['retry-after']]).toEqual([path, status, status === 503 ? '30' : undefined]);
    expect(seen.body).not.toMatch(/\/srv|10\.1\.2\.3|terminated/);
    expect(seen.body).toContain('nothing was saved');
    const json = await site.web.inject({ url: path, cookies: { trac_auth: 'admin' }, headers: { accept: 'application/json' } });
    expect(json.body).not.toMatch(/\/srv|10\.1\.2\.3/);
  }
  const asAdmin = (path: string) => site.web.inject({ url: path, cookies: { trac_auth: 'admin' } });
  expect((await asAdmin('/file')).body).toContain('/srv/env/db/tracts.db cannot be written');
  expect((await asAdmin('/busy')).body).toContain('/srv/env/db/tracts.db is held');
  expect(site.log.map(({ data }) => String(data?.['error'])).join()).toContain('10.1.2.3');
});

test.each(['user', 'nav', 'notices', 'formToken', 'theme', 'timeZone', 'now', 'path', 'site'])(
  'a page that calls a value as the frame calls one of its own, %s, fails each time and the log names it',
  async (name) => {
    const page = (path: string, data: View['data']): Route => ({
      method: 'GET',
      path,
      handle: () => ({ template: 'own.njk', data }),
    });
    await using site = await webSite({
      routes: [page('/odd', { title: 'Odd', [name]: 'lost' }), page('/even', { title: 'Even', banners: [], alternates: [] })],
      templates: { 'own.njk': '{% extends "layout.njk" %}{% block main %}here{% endblock %}' },
    });
    for (const _again of [1, 2]) {
      const { statusCode, body } = await site.web.inject('/odd');
      expect([statusCode, body.includes('lost')]).toEqual([500, false]);
    }
    expect(String(site.log[0]?.data?.['error'])).toContain(`The page own.njk gives its template “${name}”`);
    expect((await site.web.inject('/even')).body).toContain('here');
  },
);
