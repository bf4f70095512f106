import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { component, IPermissionPolicy } from '../../core/index.ts';
import { testSite } from '../../core/testing/index.ts';
import { enter } from '../support/visitor.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tracts-lockout-'));
afterAll(() => rmSync(dir, { recursive: true }));

const policies = (names: string): string =>
  `[trac]\npermission_policies = ${names}, DefaultTicketPolicy, DefaultPermissionPolicy\n`;

test('while the authz file is broken, the page that refuses tells whom TRAC_ADMIN was granted why, and nobody else', async () => {
  const file = path.join(dir, 'authz.conf');
  writeFileSync(file, '[ticket:1]\n* =\n');
  await using site = await testSite({ ini: `${policies('AuthzPolicy')}[authz_policy]\nauthz_file = ${file}\n` });
  const [admin, ann] = [await enter(site, 'admin'), await enter(site, 'ann')];
  expect((await admin.get('/about')).body).toContain('Nothing that we know of.');

  writeFileSync(file, '[ticket:1]\nbroken\n');
  await sleep(550);
  const refused = await admin.get('/query');
  expect(refused.statusCode).toBe(403);
  expect(refused.body).toMatch(/What is wrong.*authz\.conf, line 2, .*AuthzPolicy refuses everything until this is put right/s);
  const theirs = await ann.get('/query');
  expect([theirs.statusCode, theirs.body.includes('authz.conf')]).toEqual([403, false]);

  writeFileSync(file, '[ticket:1]\n* = TICKET_VEIW\n');
  await sleep(550);
  expect((await admin.get('/query')).body).toContain('authz.conf, line 2: nothing defines the permission');
  expect((await admin.get('/about')).body).toContain('Did you mean TICKET_VIEW?');
  rmSync(file);
  await sleep(550);
  expect((await admin.get('/about')).statusCode).toBe(200);
  expect((await admin.get('/query')).body).toMatch(
    /line \d[^<]*authz\.conf, which \[authz_policy\] authz_file names, does not exist/,
  );
});

test('a policy that there is not, and one that fails, are named on the page that refuses', async () => {
  await using site = await testSite({ ini: policies('Nope') });
  const page = await (await enter(site, 'admin')).get('/query');
  expect(page.statusCode).toBe(403);
  expect(page.body).toMatch(/line 2, \[trac\] permission_policies: No permission policy is called Nope/);

  const Sick = component({
    implements: [IPermissionPolicy],
    create: () => ({
      checkPermission: () => {
        throw new Error('no idea');
      },
    }),
  });
  await using other = await testSite({ plugins: { t: { Sick } }, ini: policies('Sick') });
  const refused = await (await enter(other, 'admin')).get('/newticket');
  expect(refused.statusCode).toBe(403);
  expect(refused.body).toContain('The component t.Sick could not judge and refuses: no idea');
  expect((await (await enter(other, 'ann')).get('/newticket')).body).not.toContain('t.Sick');
});
