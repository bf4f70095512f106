import { expect, test } from 'vitest';
import { component, IPermissionPolicy, ITicketService, type RecentChangesQuery, ticketAsked } from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';
import { eachDialect, type FreshDatabase } from '../../support/databases.ts';

const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  insider: ['TICKET_VIEW_INTERNAL'],
  admin: ['TRAC_ADMIN'],
};

/** Nobody but ben and administrators sees tickets with the keyword “hidden”, or the priority of any. */
const Secrets = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission: (permission, who, resource) => {
      if (who.holds('TRAC_ADMIN') || who.user.name === 'ben') return undefined;
      if (permission === 'TICKET_FIELD_VIEW') return resource?.id === 'priority' ? false : undefined;
      const values = ticketAsked(resource)?.values;
      return permission === 'TICKET_VIEW' && values?.['keywords'] === 'hidden' ? false : undefined;
    },
  }),
});
const SECRETIVE = '[trac]\npermission_policies = secrets.Secrets, DefaultTicketPolicy, DefaultPermissionPolicy\n';

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 12, minute));

const makeSite = (database: FreshDatabase, ini = ''): Promise<TestSite> =>
  testSite({ grants: GRANTS, database, ini, plugins: ini === '' ? {} : { secrets: { Secrets } } });

/** Files three tickets and changes them, a minute apart: six events. */
async function fill(site: TestSite): Promise<void> {
  let minute = 0;
  const as = (name: string, id: number | undefined, submission: object) =>
    site.as(name).run((ctx) => site.site.get(ITicketService).apply(ctx, id, submission), at(minute++));
  await as('ann', undefined, { fields: { summary: 'One' } });
  await as('ben', undefined, { fields: { summary: 'Two', keywords: 'hidden' } });
  await as('ann', 1, { action: 'leave', comment: 'hello' });
  await as('ben', 2, { action: 'leave', comment: 'of the hidden one' });
  await as('insider', 1, { action: 'leave', comment: 'a secret', internal: true });
  await as('ben', 1, { action: 'leave', fields: { priority: 'minor' } });
}

async function found(site: TestSite, name: string, query: Partial<RecentChangesQuery> = {}): Promise<string[]> {
  const all: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const { changes, next } = await site
      .as(name)
      .run((ctx) => site.site.get(ITicketService).recentChanges(ctx, { limit: 2, ...query, after }));
    all.push(
      ...changes.map(
        ({ ctx, author, entry }) => `${ctx.ticket.id} ${author} ${entry ? entry.comment || entry.fields[0]?.field : 'filed'}`,
      ),
    );
    after = next;
    if (!next) return all;
  }
  throw new Error('there is no end');
}

eachDialect((fresh) => {
  test('everything is there once, newest first, however it is paged', async () => {
    await using site = await makeSite(await fresh());
    await fill(site);
    const all = ['1 ben priority', '1 insider a secret', '2 ben of the hidden one', '1 ann hello', '2 ben filed', '1 ann filed'];
    expect(await found(site, 'insider')).toEqual(all);
    expect(await found(site, 'insider', { limit: 1 })).toEqual(all);
    expect(await found(site, 'insider', { limit: 200 })).toEqual(all);
    expect(await found(site, 'anonymous')).toEqual(all.filter((one) => !one.includes('secret')));
  });

  test('one person’s changes, or one kind', async () => {
    await using site = await makeSite(await fresh());
    await fill(site);
    expect(await found(site, 'ann', { author: 'ann' })).toEqual(['1 ann hello', '1 ann filed']);
    expect(await found(site, 'ann', { author: 'nobody' })).toEqual([]);
    expect(await found(site, 'ann', { kinds: ['created'] })).toEqual(['2 ben filed', '1 ann filed']);
    expect(await found(site, 'ann', { kinds: ['commented'] })).toEqual(['2 ben of the hidden one', '1 ann hello']);
    expect(await found(site, 'ann', { kinds: ['changed'], author: 'ben' })).toEqual(['1 ben priority']);
  });

  test('what a policy hides is not there, nor what changed in hidden fields alone', async () => {
    await using site = await makeSite(await fresh(), SECRETIVE);
    await fill(site);
    expect(await found(site, 'ann')).toEqual(['1 ann hello', '1 ann filed']);
    expect(await found(site, 'ann', { author: 'ben' })).toEqual([]);
    expect(await found(site, 'admin')).toHaveLength(6);
  });

  test('a place that no page gave is refused with a sentence', async () => {
    await using site = await makeSite(await fresh());
    for (const after of ['x', '1.2', '1.2.x', '9'.repeat(40)]) await expect(found1(site, after)).rejects.toThrow('no place');
  });
});

const found1 = (site: TestSite, after: string): Promise<unknown> =>
  site.as('ann').run((ctx) => site.site.get(ITicketService).recentChanges(ctx, { limit: 2, after }));
