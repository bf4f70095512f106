export { NotificationChannels } from './channels.ts';
export { TicketNotifications } from './listener.ts';
export { Mailbox } from './mailbox.ts';
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
