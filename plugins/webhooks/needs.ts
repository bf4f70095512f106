import {
  IContexts,
  IGenerations,
  IOutbox,
  IPermissionService,
  ISiteOptions,
  ITicketFields,
  ITicketService,
  type OperationContext,
  option,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { keptHooks } from './hooks.ts';
import type { Webhook } from './store.ts';

/** What every part of this plugin uses. */
export const USES = {
  contexts: IContexts,
  generations: IGenerations,
  tickets: ITicketService,
  fields: ITicketFields,
  privacy: IAddressPrivacy,
  site: ISiteOptions,
  permissions: IPermissionService,
  outbox: IOutbox,
} as const;

/** Options of this plugin. */
export const OPTIONS = {
  allowPrivate: option.bool(
    'webhooks',
    'allow_private',
    false,
    'Let webhooks lead into this network too: to this machine, private and link-local addresses.',
  ),
  timeout: option.float('webhooks', 'timeout', 10, 'Seconds that the other side of a webhook has to answer.'),
  disableAfter: option.int(
    'webhooks',
    'disable_after',
    10,
    'Switch a webhook off after so many messages were given up one after the other; 0: never.',
  ),
} as const;

type Used = { readonly [K in keyof typeof USES]: (typeof USES)[K] extends { readonly _type?: infer T } ? NonNullable<T> : never };

interface Given extends Used {
  readonly options: { readonly allowPrivate: boolean; readonly timeout: number; readonly disableAfter: number };
}

/** The uses with the limits as options say, and the webhooks as they are. */
export function makeNeeds({ options, ...uses }: Given) {
  const kept = keptHooks(uses.generations);
  return {
    ...uses,
    limits: { allowPrivate: options.allowPrivate, timeout: Math.max(options.timeout, 0.1) * 1000 },
    disableAfter: options.disableAfter,
    hooks: (ctx: OperationContext): Promise<readonly Webhook[]> => kept.get(ctx.db),
  };
}
