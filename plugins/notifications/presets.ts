import { component, IConfigurationPresets } from 'tracts';

const TEXT = `# Who is told of changes by mail, unless people say otherwise. Others: see docs/admin/notifications.md.
[notification-subscriber]
always_notify_cc = CarbonCopySubscriber
always_notify_updater = TicketUpdaterSubscriber
always_notify_previous_updater = TicketPreviousUpdatersSubscriber
`;

/** What a new environment begins with, as Trac's does. */
export const NotificationPresets = component({
  doc: 'Whom a new environment tells of changes.',
  implements: [IConfigurationPresets],
  create: () => ({ getPresets: () => ({}), getAdditions: () => TEXT }),
});
