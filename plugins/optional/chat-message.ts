import { component, DeliveryError, IOutbox, IOutboxChannelProvider, ITicketChangeListener, option } from 'tracts';

/**
 * A line in a chat for each new ticket, by an incoming webhook as Slack, Mattermost, Rocket.Chat and others have it.
 *
 *     [components]
 *     chat-message.* = enabled
 *     [chat-message]
 *     url = https://hooks.slack.com/services/...
 *
 * Everybody in the chat reads it, whatever their permissions here: the number and the type are told, and the address.
 */
export const ChatMessage = component({
  doc: 'Says in a chat that a ticket was filed.',
  implements: [ITicketChangeListener, IOutboxChannelProvider],
  uses: { outbox: IOutbox },
  options: {
    url: option.text('chat-message', 'url', '', 'Address of the incoming webhook.', { secret: true }),
    site: option.text('trac', 'base_url', '', 'The address people use, e.g. https://example.org/tracker.'),
  },
  create: ({ outbox, options }) => ({
    async ticketCreated(ctx, { after }) {
      const text = `New ${after['type'] || 'ticket'}: ${options.site}/ticket/${ctx.ticket.id}`;
      if (options.url !== '') await outbox.put(ctx, 'chat', { text });
    },

    getOutboxChannels: () => [
      {
        name: 'chat',
        summary: 'Lines for the chat.',
        async deliver({ payload }) {
          const reply = await fetch(options.url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(payload),
            redirect: 'error',
            signal: AbortSignal.timeout(10_000),
          });
          if (!reply.ok) throw new DeliveryError(`The chat answered ${reply.status}.`, { permanent: reply.status === 404 });
        },
      },
    ],
  }),
});
