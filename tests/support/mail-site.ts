import { IOutboxQueue, type QueuedMessage } from '../../core/jobs/outbox-points.ts';
import type { Person } from '../../core/security/context.ts';
import { type TestSite, type TestSiteOptions, testSite } from '../../core/testing/index.ts';

export const PEOPLE: readonly Person[] = [
  { name: 'ann', fullName: 'Ann Ash', email: 'ann@example.org' },
  { name: 'ben', fullName: 'Ben Birch', email: 'ben@example.org' },
  { name: 'cas', fullName: '', email: 'cas@example.org' },
  { name: 'mute', fullName: '', email: '' },
];

/** Everybody whom a change concerns is told. */
export const EVERYBODY = `[notification-subscriber]
owner = TicketOwnerSubscriber
reporter = TicketReporterSubscriber
updater = TicketUpdaterSubscriber
previous = TicketPreviousUpdatersSubscriber
cc = CarbonCopySubscriber
`;

interface MailSiteOptions extends TestSiteOptions {
  readonly port: number;
  /** Lines of [trac]. */
  readonly trac?: string;
  /** Lines of [notification]. */
  readonly notification?: string;
}

/** A site that sends its mails to a port of this machine. */
export const mailSite = ({
  port,
  trac = '',
  notification = '',
  ini = EVERYBODY,
  people = PEOPLE,
  ...more
}: MailSiteOptions): Promise<TestSite> =>
  testSite({
    people,
    ini: `[trac]
base_url = https://tracker.example.org/x
${trac}
[project]
name = Parcel
[notification]
smtp_enabled = yes
smtp_server = 127.0.0.1
smtp_port = ${port}
smtp_from = tickets@example.org
smtp_replyto =
${notification}
${ini}`,
    ...more,
  });

/** What stands in the queue. */
export const queued = (site: TestSite): Promise<readonly QueuedMessage[]> =>
  site.as('admin').run((ctx) => site.site.get(IOutboxQueue).list(ctx, { limit: 1000 }));

export const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
