import { component } from '../kernel/component.ts';
import { TracError } from '../kernel/errors.ts';
import { service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';
import { IOutbox, IOutboxChannelProvider, IOutboxQueue, type OutboxChannel } from './outbox-points.ts';
import { countMessages, deleteMessages, insertMessage, listMessages, retryMessages } from './outbox-store.ts';

/** Tells this process's worker that something was put, so that nothing waits for the next look at the table. */
export interface IOutboxBell {
  /**
   * Replaces the former listener: a site has one worker. `undefined`: nobody listens any more. `insistent`: somebody wants
   * another attempt now, so that closed channels are tried too.
   */
  listen(heard: ((insistent: boolean) => void) | undefined): void;
}
export const IOutboxBell = service<IOutboxBell>('IOutboxBell', { doc: 'Wakes the worker of the outbox.' });

/** The ways out by name. Throws when two have one name. */
export function channelsByName(providers: Iterable<IOutboxChannelProvider>): ReadonlyMap<string, OutboxChannel> {
  const channels = new Map<string, OutboxChannel>();
  for (const provider of providers)
    for (const channel of provider.getOutboxChannels()) {
      if (channels.has(channel.name))
        throw new TracError('OUTBOX', `Two outbox channels are called ${channel.name}. Disable one of them in [components].`);
      channels.set(channel.name, channel);
    }
  return channels;
}

function requireTransaction(ctx: OperationContext, method: string): void {
  if (!ctx.writable) throw new TracError('OUTBOX', `${method} needs a writing transaction: use IContexts.write.`);
}

/** Keeps messages for the world outside in the table outbox. */
export const OutboxSystem = component({
  doc: 'Keeps messages for the world outside until they are delivered.',
  implements: [IOutbox, IOutboxQueue, IOutboxBell],
  uses: { providers: IOutboxChannelProvider },
  create: ({ providers }) => {
    let names: ReadonlyMap<string, OutboxChannel> | undefined;
    let ring: ((insistent: boolean) => void) | undefined;
    return {
      async put(ctx, channel, payload, options = {}) {
        requireTransaction(ctx, 'IOutbox.put');
        names ??= channelsByName(providers);
        if (!names.has(channel)) throw new TracError('OUTBOX', `There is no outbox channel "${channel}".`);
        await insertMessage(ctx.db, channel, payload, { ...options, now: ctx.now });
        ctx.afterCommit(() => ring?.(false));
      },
      async finish(ctx, { id }) {
        requireTransaction(ctx, 'IOutbox.finish');
        return (await deleteMessages(ctx.db, [id])) > 0;
      },
      counts: countMessages,
      list: listMessages,
      async retry(ctx, ids) {
        requireTransaction(ctx, 'IOutboxQueue.retry');
        ctx.afterCommit(() => ring?.(true));
        return retryMessages(ctx.db, ids, ctx.now);
      },
      async discard(ctx, ids) {
        requireTransaction(ctx, 'IOutboxQueue.discard');
        return deleteMessages(ctx.db, ids);
      },
      listen(heard) {
        ring = heard;
      },
    };
  },
});
