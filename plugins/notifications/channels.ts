import {
  component,
  IContexts,
  IOutbox,
  IOutboxChannelProvider,
  IPermissionService,
  ISettings,
  ISiteOptions,
  ITexts,
  ITicketFields,
  ITicketService,
  IViews,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { INotificationSubscriber } from './api.ts';
import { expand } from './expand.ts';
import { IMailbox } from './mailbox.ts';
import { PostOffice } from './post.ts';
import { INotificationSettings } from './settings.ts';
import { IMailTokens } from './tokens.ts';

/** The ways from a change to those who are told of it. */
export const NotificationChannels = component({
  doc: 'Finds out whom a change concerns, and mails it to each.',
  implements: [IOutboxChannelProvider],
  uses: {
    contexts: IContexts,
    outbox: IOutbox,
    subscribers: INotificationSubscriber,
    settings: INotificationSettings,
    ini: ISettings,
    site: ISiteOptions,
    tickets: ITicketService,
    fields: ITicketFields,
    texts: ITexts,
    views: IViews,
    permissions: IPermissionService,
    privacy: IAddressPrivacy,
    mailbox: IMailbox,
    tokens: IMailTokens,
  },
  create: (needs) => {
    const post = new PostOffice({ ...needs, baseUrl: needs.mailbox.baseUrl });
    return {
      getOutboxChannels: () => [
        {
          name: 'notify',
          summary: 'Changes of which it is to be found out whom they concern.',
          deliver: (message) => expand(message, needs),
        },
        {
          name: 'mail',
          summary: 'Mails, one for each person and change.',
          concurrency: 3,
          deliver: (message) => post.deliverMail(message),
        },
        { name: 'digest', summary: 'Mails on many changes at once.', deliver: (message) => post.deliverDigest(message) },
      ],
    };
  },
});
