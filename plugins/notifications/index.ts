export { QueuePanel } from './admin.ts';
export { NotificationChannels } from './channels.ts';
export { MailCommands } from './commands.ts';
export { TicketNotifications } from './listener.ts';
export { Mailbox } from './mailbox.ts';
export { NotificationPreferences } from './preferences.ts';
export { NotificationPresets } from './presets.ts';
export { SendmailEmailSender } from './sendmail.ts';
export { NotificationSettings } from './settings.ts';
export { SmtpEmailSender } from './smtp.ts';
export {
  AlwaysEmailSubscriber,
  CarbonCopySubscriber,
  ComponentOwnerSubscriber,
  NewTicketSubscriber,
  TicketMentionSubscriber,
  TicketOwnerSubscriber,
  TicketPreviousUpdatersSubscriber,
  TicketReporterSubscriber,
  TicketUpdaterSubscriber,
  TicketWatcherSubscriber,
} from './subscribers.ts';
export { MailTokens } from './tokens.ts';
export { Unsubscribing } from './unsubscribe.ts';
export { TicketWatching } from './watch.ts';
