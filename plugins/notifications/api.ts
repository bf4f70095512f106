import { extensionPoint, type May, type OperationContext } from 'tracts';

/** What happened to a ticket. */
export type NotificationCategory =
  | 'created'
  /** Fields, a comment, files: whatever the history tells under one number. */
  | 'changed'
  /** One value replaced in many tickets; each of them is asked about, and one mail tells of all. */
  | 'batch';

/** What happened to one ticket, as it was then; what people may read of it is looked up for each when it is told. */
export interface NotificationEvent {
  readonly category: NotificationCategory;
  readonly ticket: number;
  /** Number of the change; 0 for a new ticket, and where there is none. */
  readonly number: number;
  readonly time: Date;
  /** An account, or what a person without one called himself. */
  readonly author: string;
  /** As the change left them. */
  readonly owner: string;
  readonly reporter: string;
  readonly cc: string;
  readonly component: string;
  /** Before the change; `''` where it did not change. */
  readonly previousOwner: string;
  readonly previousCc: string;
  /** Accounts whose name stands in the comment or in the new part of the description. */
  readonly mentioned: readonly string[];
}

/** Who decides by himself: everybody who asked for this rule is concerned by each event that it is about. */
export const WHOEVER_ASKED = 'whoever asked';

/**
 * Finds those whom an event concerns. Whether they are told is for rules: those of [notification-subscriber] and each person's own.
 *
 * Called: once an event, outside the change's transaction. Combined: all; a person is told once. Ordered by: nothing. If it
 * throws: the event is tried again later, as any message of the outbox.
 */
export interface INotificationSubscriber {
  /** As [notification-subscriber] and people's rules call it; never changes. */
  readonly rule: string;
  /** For preferences, after “Tell me of”: `tickets that I own`. `''`: nobody is asked. */
  readonly label: string;
  /** The priority with which they are told where neither trac.ini nor the person says anything of this rule. Absent: they are not. */
  readonly byDefault?: number;
  /** Accounts, e-mail addresses, or names that `smtp_default_domain` makes addresses of. */
  concerned(ctx: OperationContext, event: NotificationEvent): May<readonly string[] | typeof WHOEVER_ASKED>;
}
export const INotificationSubscriber = extensionPoint<INotificationSubscriber>('INotificationSubscriber', {
  doc: 'Finds those whom an event concerns.',
});

/** A mail ready to be sent: `content` is the whole message, with lines that end in CR LF. */
export interface OutgoingMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: Buffer;
}

/**
 * Sends mails. The one that `[notification] email_sender` names by its export is used.
 *
 * Called: outside any transaction, several at once. If it throws: `DeliveryError` says whether to try again.
 */
export interface IEmailSender {
  send(mail: OutgoingMail): Promise<void>;
}
export const IEmailSender = extensionPoint<IEmailSender>('IEmailSender', { doc: 'Sends mails.', namesChecked: false });
