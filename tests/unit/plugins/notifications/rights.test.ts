import { expect, test } from 'vitest';
import { component } from '../../../../core/kernel/component.ts';
import type { Resource } from '../../../../core/security/context.ts';
import { IGrants, IPermissionPolicy, IUserService, type PolicyContext } from '../../../../core/security/extension-points.ts';
import type { TestSite } from '../../../../core/testing/index.ts';
import { ITicketService } from '../../../../core/ticket/extension-points.ts';
import * as privateTickets from '../../../../plugins/optional/private-tickets.ts';
import { eachDialect } from '../../../support/databases.ts';
import { answer, type MailServer, startMailServer, type TakenMail } from '../../../support/mail-server.ts';
import { inSeconds, mailSite, PEOPLE, queued } from '../../../support/mail-site.ts';

const recipients = ({ mails }: MailServer): string[] => mails.flatMap(({ to }) => to).toSorted();
const mailTo = ({ mails }: MailServer, address: string): TakenMail => {
  const found = mails.findLast(({ to }) => to.includes(address));
  if (!found) throw new Error(`nothing was sent to ${address}`);
  return found;
};
/** Everything that a mail says, headers included. */
const all = ({ parsed, source }: TakenMail): string => `${source}\n${parsed.text}\n${parsed.html}\n${parsed.subject}`;
const next = async (site: TestSite, server: MailServer): Promise<void> => {
  server.mails.length = 0;
  await site.deliver();
};

eachDialect((fresh) => {
  test('whoever may not view the ticket is not told, and whoever is shut out before the mail leaves neither', async () => {
    await using server = await startMailServer();
    const grants = { ann: ['TICKET_VIEW', 'TICKET_CREATE'], ben: ['TICKET_VIEW'], admin: ['TRAC_ADMIN'] };
    const notification = 'smtp_always_bcc = archive@example.org';
    await using site = await mailSite({ port: server.port, grants, notification, database: await fresh() });
    await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, cas, stranger@example.net' });
    await site.deliver();
    expect(recipients(server)).toEqual(['ann@example.org', 'ben@example.org']);
    await site.as('ann').fileTicket({ summary: 'secret plan', cc: 'ben' });
    await site.as('admin').run((ctx) => site.site.get(IUserService).update(ctx, 'ben', { disabled: true }));
    await next(site, server);
    expect(recipients(server)).toEqual(['ann@example.org']);
    expect(await queued(site)).toEqual([]);
  });

  test('a right lost between the list of recipients and the mail counts', async () => {
    await using server = await startMailServer({
      onConnect: (_session, done) => done(isOpen ? undefined : answer(421, 'later')),
    });
    let isOpen = false;
    const grants = { ann: ['TICKET_VIEW', 'TICKET_CREATE'], ben: ['TICKET_VIEW'], admin: ['TRAC_ADMIN'] };
    await using site = await mailSite({ port: server.port, grants, database: await fresh() });
    await site.as('ann').fileTicket({ summary: 'secret plan', cc: 'ben' });
    await site.deliver();
    expect((await queued(site)).map(({ payload }) => payload['account']).toSorted()).toEqual(['ann', 'ben']);
    await site.as('admin').run((ctx) => site.site.get(IGrants).revoke(ctx, 'ben', 'TICKET_VIEW'));
    isOpen = true;
    await site.deliver(inSeconds(120));
    expect(recipients(server)).toEqual(['ann@example.org']);
    expect(await queued(site)).toEqual([]);
  });
});

const POLICIES = 'DefaultTicketPolicy, DefaultPermissionPolicy';
const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY', 'TICKET_EDIT_CC'],
  admin: ['TRAC_ADMIN'],
};

test('a private ticket is mailed only to those concerned', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({
    port: server.port,
    plugins: { 'private-tickets': privateTickets },
    trac: `permission_policies = PrivateTickets, ${POLICIES}`,
    notification: 'smtp_always_cc = archive@example.org',
    grants: GRANTS,
  });
  const { id } = await site.as('ann').fileTicket({ summary: 'x', private: '1', cc: 'ben, stranger@example.net' });
  await site.deliver();
  expect(recipients(server)).toEqual(['ann@example.org', 'ben@example.org']);
  await site.as('admin').submit(id, 'leave', {}, { comment: 'Ben is not to know.', fields: { cc: '' } });
  await next(site, server);
  expect(recipients(server)).toEqual(['ann@example.org']);
});

const HidesFields = component({
  implements: [IPermissionPolicy],
  create: () => ({
    checkPermission: (permission: string, { user }: PolicyContext, resource: Resource | undefined) =>
      permission === 'TICKET_FIELD_VIEW' && ['keywords', 'summary'].includes(String(resource?.id)) && user.name !== 'ann'
        ? false
        : undefined,
    judgesFields: () => true,
  }),
});

test('fields that a policy hides from a person are nowhere in his mail', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({
    port: server.port,
    plugins: { hides: { HidesFields } },
    trac: `permission_policies = HidesFields, ${POLICIES}`,
    notification: `ticket_subject_template = \${prefix} #\${ticket.id}: \${summary} \${ticket.keywords}`,
    grants: GRANTS,
  });
  const { id } = await site.as('ann').fileTicket({ summary: 'HIDDENSUMMARY', keywords: 'HIDDENWORD', cc: 'ben' });
  await site.deliver();
  expect(all(mailTo(server, 'ann@example.org'))).toMatch(/HIDDENSUMMARY HIDDENWORD/);
  expect(all(mailTo(server, 'ben@example.org'))).not.toContain('HIDDEN');
  await site.as('ann').submit(id, 'leave', {}, { fields: { summary: 'HIDDENAGAIN', priority: 'blocker' } });
  await next(site, server);
  expect(mailTo(server, 'ann@example.org').parsed.subject).toContain('HIDDENAGAIN (was: HIDDENSUMMARY)');
  expect(all(mailTo(server, 'ben@example.org'))).not.toContain('HIDDEN');
  expect(all(mailTo(server, 'ben@example.org'))).toContain('blocker');
  await site.as('ann').submit(id, 'leave', {}, { fields: { keywords: 'HIDDENMORE' } });
  await next(site, server);
  expect(recipients(server)).toEqual(['ann@example.org']);
});

test('an internal comment reaches only those who may read it; a change of nothing else is not mailed to the others', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({
    port: server.port,
    grants: {
      anonymous: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_MODIFY'],
      ben: ['TICKET_VIEW_INTERNAL'],
      admin: ['TRAC_ADMIN'],
    },
  });
  const { id } = await site.as('ann').fileTicket({ summary: 'x', cc: 'ben, stranger@example.net' });
  await site.deliver();
  await site.as('ben').submit(id, 'leave', {}, { comment: 'Between us: TOPSECRET', internal: true });
  await next(site, server);
  expect(recipients(server)).toEqual(['ben@example.org']);
  expect(all(mailTo(server, 'ben@example.org'))).toContain('TOPSECRET');
  await site.as('ben').submit(id, 'leave', {}, { comment: 'TOPSECRET again', internal: true, fields: { priority: 'blocker' } });
  await next(site, server);
  expect(recipients(server)).toEqual(['ann@example.org', 'ben@example.org', 'stranger@example.net']);
  for (const address of ['ann@example.org', 'stranger@example.net']) {
    expect(all(mailTo(server, address))).not.toContain('TOPSECRET');
    expect(all(mailTo(server, address))).toContain('blocker');
  }
  expect(mailTo(server, 'ben@example.org').parsed.text).toContain('Internal comment');
});

test('a comment is mailed as it reads when the mail leaves: edited, or not at all', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({ port: server.port });
  const { id } = await site.as('ann').fileTicket({ summary: 'x' });
  await site.deliver();
  await site.as('ben').submit(id, 'leave', {}, { comment: 'my password is hunter2' });
  const tickets = site.site.get(ITicketService);
  await site.as('ben').run(async (ctx) => tickets.editComment(await tickets.open(ctx, id), 1, 'never mind'));
  await next(site, server);
  expect(all(mailTo(server, 'ann@example.org'))).not.toContain('hunter2');
  expect(all(mailTo(server, 'ann@example.org'))).toContain('never mind');
  await site.as('ben').submit(id, 'leave', {}, { comment: 'hunter2 again' });
  await site.as('admin').run(async (ctx) => tickets.deleteComment(await tickets.open(ctx, id), 2));
  await next(site, server);
  expect(server.mails.map(all).join()).not.toContain('hunter2');
  await site.as('ben').submit(id, 'leave', {}, { comment: 'and a third' });
  await site.as('admin').run(async (ctx) => tickets.delete(await tickets.open(ctx, id)));
  await next(site, server);
  expect([server.mails.length, (await queued(site)).length]).toEqual([0, 0]);
});

test('nobody learns the address of anybody else', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({
    port: server.port,
    grants: {
      anonymous: ['TICKET_VIEW'],
      authenticated: ['TICKET_CREATE', 'TICKET_MODIFY', 'TICKET_EDIT_CC'],
      admin: ['TRAC_ADMIN'],
    },
  });
  const { id } = await site.as('ann').fileTicket({ summary: 'mail joe@example.com', cc: 'ben, stranger@example.net' });
  await site
    .as('admin')
    .submit(id, 'leave', {}, { comment: 'I wrote to joe@example.com', fields: { cc: 'ben, other@example.net' } });
  await site.deliver();
  expect(server.mails.length).toBeGreaterThan(5);
  for (const mail of server.mails) {
    const own = mail.to[0] ?? '';
    for (const address of ['joe@example.com', 'stranger@example.net', 'other@example.net', ...PEOPLE.map(({ email }) => email)])
      if (address !== own && address !== '' && own !== 'admin@example.org')
        expect(all(mail), `${address} in a mail to ${own}`).not.toContain(address);
    expect(mail.to).toHaveLength(1);
  }
});

test('with use_public_cc everybody sees who else is told, but not who gets everything in secret', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({
    port: server.port,
    notification: 'use_public_cc = yes\nsmtp_always_cc = archive@example.org\nsmtp_always_bcc = hidden@example.org',
  });
  await site.as('ann').fileTicket({ summary: 'x', cc: 'ben' });
  await site.deliver();
  expect(recipients(server)).toEqual(['ann@example.org', 'archive@example.org', 'ben@example.org', 'hidden@example.org']);
  const { parsed, source } = mailTo(server, 'ann@example.org');
  expect(parsed.cc?.map(({ address }) => address).toSorted()).toEqual(['archive@example.org', 'ben@example.org']);
  expect(source).not.toContain('hidden@example.org');
});

test('an address that belongs to an account is judged by its rights, and the person is told once', async () => {
  await using server = await startMailServer();
  await using site = await mailSite({
    port: server.port,
    grants: { ann: ['TICKET_VIEW', 'TICKET_CREATE'], ben: ['TICKET_VIEW'], admin: ['TRAC_ADMIN'] },
  });
  await site.as('ann').fileTicket({ summary: 'x', cc: 'BEN@example.org, ben, stranger@example.net' });
  await site.deliver();
  expect(recipients(server)).toEqual(['ann@example.org', 'ben@example.org']);
});
