import { component, IOutboxChannelProvider, IRequestFilter, ITicketChangeListener } from 'tracts';
import { ATTEMPTS, deliver } from './delivery.ts';
import { CHANNEL, listenFor } from './listener.ts';
import { makeNeeds, OPTIONS, USES } from './needs.ts';

export { WebhookCommands } from './commands.ts';
export { WebhookPanel } from './panel.ts';

/** Tells other programs of what happens to tickets. */
export const Webhooks = component({
  doc: 'Tells other programs of changes, by signed posts to addresses that an administrator gave.',
  implements: [ITicketChangeListener, IOutboxChannelProvider],
  uses: USES,
  options: OPTIONS,
  permissions: { WEBHOOK_ADMIN: 'Manage webhooks.' },
  create: (uses) => {
    const needs = makeNeeds(uses);
    return {
      ...listenFor(needs),
      getOutboxChannels: () => [
        {
          name: CHANNEL,
          summary: 'Posts to other programs (/admin/webhooks).',
          attempts: ATTEMPTS,
          concurrency: 8,
          deliver: (message) => deliver(needs, message),
        },
      ],
    };
  },
});

/** Says on the pages of those who look after webhooks that one was switched off. */
export const WebhookBanner = component({
  doc: 'Tells those who manage webhooks when one was switched off.',
  implements: [IRequestFilter],
  uses: USES,
  options: OPTIONS,
  create: (uses) => {
    const needs = makeNeeds(uses);
    return {
      async postProcessRequest(ctx, request, outcome) {
        if (!('template' in outcome) || !ctx.can('WEBHOOK_ADMIN')) return outcome;
        const off = (await needs.hooks(ctx)).filter(({ enabled, trouble }) => !enabled && trouble !== '');
        if (off.length === 0) return outcome;
        const names = off.map(({ name }) => name).join(', ');
        const text = `These webhooks were switched off, since what was sent to them failed again and again: ${names}.`;
        const banner = { kind: 'warning', text, href: request.href('/admin/webhooks'), link: 'Webhooks' };
        const { banners = [] } = outcome.data as { readonly banners?: readonly unknown[] };
        return { ...outcome, data: { ...outcome.data, banners: [...banners, banner] } };
      },
    };
  },
});
