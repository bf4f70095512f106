import { component, type Directory, IAdjunctService, IPermissionService, type OperationContext } from 'tracts';
import { INotificationSubscriber, type NotificationEvent, WHOEVER_ASKED } from './api.ts';
import { INotificationSettings } from './settings.ts';
import { updatersOf, watchersOf } from './store.ts';

const named = (...names: readonly string[]): readonly string[] => names.filter(Boolean);
const words = (list: string): readonly string[] => list.split(/[;,\s]+/).filter(Boolean);

/** Tells the addresses of `smtp_always_cc` and `smtp_always_bcc` of everything; no rule takes that back. */
export const AlwaysEmailSubscriber = component({
  doc: 'Tells the addresses of smtp_always_cc and smtp_always_bcc of everything.',
  implements: [INotificationSubscriber],
  uses: { settings: INotificationSettings },
  create: ({ settings: { alwaysCc, alwaysBcc } }) => ({
    rule: 'AlwaysEmailSubscriber',
    label: '',
    byDefault: 0,
    concerned: () => named(...alwaysCc, ...alwaysBcc),
  }),
});

/** The owner, and who was it before. */
export const TicketOwnerSubscriber = component({
  doc: 'Finds the owner of a ticket, and who was it before.',
  implements: [INotificationSubscriber],
  create: () => ({
    rule: 'TicketOwnerSubscriber',
    label: 'tickets that I own, or owned until then',
    concerned: (_ctx: OperationContext, { owner, previousOwner }: NotificationEvent) => named(owner, previousOwner),
  }),
});

/** Whoever did it. */
export const TicketUpdaterSubscriber = component({
  doc: 'Finds who made a change.',
  implements: [INotificationSubscriber],
  create: () => ({
    rule: 'TicketUpdaterSubscriber',
    label: 'my own changes',
    concerned: (_ctx: OperationContext, { author }: NotificationEvent) => named(author),
  }),
});

/** Everybody who changed the ticket before, but not whoever did it now. */
export const TicketPreviousUpdatersSubscriber = component({
  doc: 'Finds who changed a ticket before.',
  implements: [INotificationSubscriber],
  create: () => ({
    rule: 'TicketPreviousUpdatersSubscriber',
    label: 'tickets that I have changed or commented on',
    concerned: async ({ db }: OperationContext, { category, ticket, number, author }: NotificationEvent) =>
      (await updatersOf(db, ticket, category === 'batch' ? undefined : number)).filter((name) => name !== author),
  }),
});

/** Who filed the ticket. */
export const TicketReporterSubscriber = component({
  doc: 'Finds the reporter of a ticket.',
  implements: [INotificationSubscriber],
  create: () => ({
    rule: 'TicketReporterSubscriber',
    label: 'tickets that I filed',
    concerned: (_ctx: OperationContext, { reporter }: NotificationEvent) => named(reporter),
  }),
});

/** Everybody who asked for new tickets. */
export const NewTicketSubscriber = component({
  doc: 'Finds who wants to hear of every new ticket.',
  implements: [INotificationSubscriber],
  create: () => ({
    rule: 'NewTicketSubscriber',
    label: 'every new ticket',
    concerned: (_ctx: OperationContext, { category }: NotificationEvent) => (category === 'created' ? WHOEVER_ASKED : []),
  }),
});

/** A group stands for its members; everybody is nobody's intention. */
function membersIn(
  ctx: OperationContext,
  permissions: IPermissionService,
  directory: Directory,
  name: string,
): readonly string[] {
  if (directory.people.has(name) || name.includes('@') || name === 'anonymous' || name === 'authenticated') return [name];
  const members = permissions.membersOf(ctx, name);
  return members.length > 0 ? members : [name];
}

/** Who stands in Cc, or did until then; groups stand for their members. */
export const CarbonCopySubscriber = component({
  doc: 'Finds who stands in Cc, or did before.',
  implements: [INotificationSubscriber],
  uses: { permissions: IPermissionService },
  create: ({ permissions }) => ({
    rule: 'CarbonCopySubscriber',
    label: 'tickets with me in Cc, or that had me there until then',
    concerned: (ctx: OperationContext, { cc, previousCc }: NotificationEvent) =>
      words(`${cc},${previousCc}`).flatMap((name) => membersIn(ctx, permissions, ctx.directory, name)),
  }),
});

/** Owners of the ticket's component. */
export const ComponentOwnerSubscriber = component({
  doc: "Finds the owners of a ticket's component.",
  implements: [INotificationSubscriber],
  uses: { adjuncts: IAdjunctService },
  create: ({ adjuncts }) => ({
    rule: 'ComponentOwnerSubscriber',
    label: 'tickets of components that I own',
    concerned: async (ctx: OperationContext, { component: name }: NotificationEvent) => {
      if (name === '') return [];
      const found = (await adjuncts.list(ctx, 'component')).find((one) => one.name === name);
      return named(...(found?.owner ?? '').split(',').map((owner) => owner.trim()));
    },
  }),
});

/** Who watches the ticket. */
export const TicketWatcherSubscriber = component({
  doc: 'Finds who watches a ticket.',
  implements: [INotificationSubscriber],
  create: () => ({
    rule: 'TicketWatcherSubscriber',
    label: 'tickets that I watch',
    byDefault: 100,
    concerned: async ({ db }: OperationContext, { ticket, time }: NotificationEvent) =>
      (await watchersOf(db, ticket)).flatMap(({ account, state, since }) =>
        account !== null && state === 'watching' && since <= time ? [account] : [],
      ),
  }),
});

/** Whose name stands as `@name` in the comment or the description. */
export const TicketMentionSubscriber = component({
  doc: 'Finds whose name is mentioned, as @name.',
  implements: [INotificationSubscriber],
  create: () => ({
    rule: 'TicketMentionSubscriber',
    label: 'tickets on which I am mentioned, as @name',
    byDefault: 100,
    concerned: (_ctx: OperationContext, { mentioned }: NotificationEvent) => mentioned,
  }),
});
