import { performance } from 'node:perf_hooks';
import { DeliveryError, type IContexts, type IGenerations, type OperationContext, type OutboxMessage } from 'tracts';
import { ForbiddenAddressError, parseTarget } from './addresses.ts';
import { type BodyNeeds, bodyOf } from './body.ts';
import { filterOf, hooksChanged, personOf } from './hooks.ts';
import { post, type Reply, type SendLimits } from './send.ts';
import { clearFailures, countFailure, type HookMessage, logAttempt, type Webhook } from './store.ts';

/** What delivering takes. */
export interface DeliveryNeeds extends BodyNeeds {
  readonly contexts: IContexts;
  readonly generations: IGenerations;
  hooks(ctx: OperationContext): Promise<readonly Webhook[]>;
  readonly limits: SendLimits;
  /** Messages given up, one after the other, that switch a webhook off; 0: never. */
  readonly disableAfter: number;
}

/** Attempts before a message is given up, over about a day. */
export const ATTEMPTS = 8;
const WORKER = { user: { name: 'tracts', authenticated: true }, via: 'job' } as const;

/** How an attempt ended. */
export interface Outcome {
  /** undefined: delivered. */
  readonly error: string | undefined;
  readonly permanent: boolean;
  readonly retryAfter: number | undefined;
  readonly reply: Reply | undefined;
  readonly duration: number;
}

const isFine = ({ status }: Reply): boolean => status >= 200 && status < 300;

function judge({ status, retryAfter }: Reply): Pick<Outcome, 'error' | 'permanent' | 'retryAfter'> {
  const answered = `The other side answered ${status}`;
  if (status === 410) return { error: `${answered}: the address is gone.`, permanent: true, retryAfter: undefined };
  const isRedirect = status >= 300 && status < 400;
  const advice = isRedirect ? '. Redirects are not followed: write the address that it leads to.' : '.';
  return { error: answered + advice, permanent: false, retryAfter };
}

/** Makes one attempt; never throws. */
async function attempt(
  { limits }: DeliveryNeeds,
  hook: Webhook,
  message: HookMessage,
  body: string,
  now: Date,
): Promise<Outcome> {
  const started = performance.now();
  const duration = (): number => Math.round(performance.now() - started);
  try {
    const url = parseTarget(hook.url);
    if (typeof url === 'string') throw new ForbiddenAddressError(url);
    const { secret } = hook;
    const reply = await post({ url, secret, event: message.event, delivery: message.delivery, body, now }, limits);
    const fine = { error: undefined, permanent: false, retryAfter: undefined };
    return { ...(isFine(reply) ? fine : judge(reply)), reply, duration: duration() };
  } catch (error) {
    const text = error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
    const permanent = error instanceof ForbiddenAddressError;
    return { error: text, permanent, retryAfter: undefined, reply: undefined, duration: duration() };
  }
}

/** What is sent; undefined: nothing, since the webhook's person may see nothing of it. */
async function prepare(needs: DeliveryNeeds, hook: Webhook, message: HookMessage): Promise<string | undefined> {
  const person = await needs.contexts.read(WORKER, async ({ directory }) => personOf(hook, directory));
  if (!person)
    throw new DeliveryError(`The webhook acts as ${hook.runAs}, who has no account that may log in.`, { permanent: true });
  return needs.contexts.read({ user: person, via: 'job' }, async (ctx) =>
    bodyOf(needs, ctx, message, await filterOf(hook, ctx, needs.fields)),
  );
}

/** Sends one message now, and writes down what became of it. `isLast`: a failure gives the message up. */
export async function send(
  needs: DeliveryNeeds,
  hook: Webhook,
  message: HookMessage,
  { number, isLast }: { readonly number: number; readonly isLast: boolean },
): Promise<Outcome | undefined> {
  const body = await prepare(needs, hook, message);
  if (body === undefined) return undefined;
  const outcome = await attempt(needs, hook, message, body, new Date());
  const { reply, duration, error } = outcome;
  await needs.contexts.write(WORKER, async (ctx) => {
    const entry = { webhook: hook.id, delivery: message.delivery, event: message.event, attempt: number, duration, message };
    await logAttempt(ctx, { ...entry, status: reply?.status, reply: reply?.text ?? '', error: error ?? '' });
    if (message.event === 'ping') return;
    if (error === undefined) await clearFailures(ctx, hook.id);
    else if (isLast || outcome.permanent) await giveUp(needs, ctx, hook, error);
  });
  return outcome;
}

async function giveUp(needs: DeliveryNeeds, ctx: OperationContext, hook: Webhook, error: string): Promise<void> {
  if (!(await countFailure(ctx, hook.id, needs.disableAfter, error))) return;
  await hooksChanged(needs.generations, ctx);
  ctx.log.warn('webhook switched off', { webhook: hook.id, name: hook.name, error });
}

/** Delivers a message of the outbox. */
export async function deliver(needs: DeliveryNeeds, { payload, attempt: number }: OutboxMessage): Promise<void> {
  const message = payload as unknown as HookMessage;
  const hooks = await needs.contexts.read(WORKER, (ctx) => needs.hooks(ctx));
  const hook = hooks.find(({ id }) => id === message.hook);
  if (!hook) return;
  if (!hook.enabled) throw new DeliveryError('The webhook is switched off.', { permanent: true });
  const outcome = await send(needs, hook, message, { number, isLast: number >= ATTEMPTS });
  if (outcome?.error === undefined) return;
  throw new DeliveryError(outcome.error, { permanent: outcome.permanent, retryAfter: outcome.retryAfter });
}
