import { randomUUID } from 'node:crypto';
import {
  type AdminPanel,
  component,
  firstValue,
  formText,
  IAdminPanelProvider,
  type IOutbox,
  NotFoundError,
  type OperationContext,
  type Outcome,
  type View,
  type WebRequest,
} from 'tracts';
import { type DeliveryNeeds, type Outcome as Sent, send } from './delivery.ts';
import { type HookProblem, hookProblems, NEW_HOOK, settingsOf, type TypedHook, typedIn, typedOf } from './form.ts';
import { hooksChanged, personOf } from './hooks.ts';
import { CHANNEL } from './listener.ts';
import { makeNeeds, OPTIONS, USES } from './needs.ts';
import {
  deleteHook,
  EVENTS,
  insertHook,
  type LoggedAttempt,
  listAttempts,
  loadHooks,
  updateHook,
  type Webhook,
} from './store.ts';

interface PanelNeeds extends DeliveryNeeds {
  readonly outbox: IOutbox;
}

const HOME = '/admin/webhooks';
const PAGE = 'webhooks/hook.njk';
const pageOf = (id: number): string => `${HOME}?hook=${id}`;

/** /admin/webhooks: who is told of what, and how that went. */
export const WebhookPanel = component({
  doc: 'Serves /admin/webhooks.',
  implements: [IAdminPanelProvider],
  uses: USES,
  options: OPTIONS,
  create: (uses) => {
    const needs: PanelNeeds = makeNeeds(uses);
    const panel: AdminPanel = {
      category: 'webhooks',
      page: '',
      label: 'Webhooks',
      requires: 'WEBHOOK_ADMIN',
      // Requests to other sites are made here: no transaction may wait for them.
      mode: 'read',
      show: (ctx, request) => show(needs, ctx, request),
      submit: (ctx, request) => submit(needs, ctx, request),
    };
    return { getAdminPanels: () => [panel] };
  },
});

async function hookOf(ctx: OperationContext, text: string): Promise<Webhook> {
  const found = (await loadHooks(ctx.db)).find(({ id }) => String(id) === text);
  if (!found) throw new NotFoundError('There is no such webhook. Somebody may have deleted it; look at the list.');
  return found;
}

async function show(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<View> {
  const wanted = firstValue(request.query['hook']);
  if (wanted === '') return list(ctx, request);
  if (wanted === 'new') return page(needs, ctx, request, { values: NEW_HOOK });
  const hook = await hookOf(ctx, wanted);
  return page(needs, ctx, request, { hook, values: typedOf(hook) });
}

/** What is wrong with a webhook, in a sentence. */
function troubleOf(hook: Webhook, ctx: OperationContext): string {
  if (hook.trouble !== '') return `Switched off after ${hook.failures} failures: ${hook.trouble}`;
  if (!personOf(hook, ctx.directory)) return `It acts as ${hook.runAs}, who has no account that may log in: nothing is sent.`;
  return hook.failures > 0 ? `${hook.failures === 1 ? '1 message was' : `${hook.failures} messages were`} given up.` : '';
}

async function list(ctx: OperationContext, { href }: WebRequest): Promise<View> {
  const rows = (await loadHooks(ctx.db)).map((hook) => ({
    name: hook.name,
    href: href(pageOf(hook.id)),
    host: new URL(hook.url).host,
    events: hook.events.map((event) => EVENTS[event]),
    runAs: hook.runAs,
    enabled: hook.enabled,
    trouble: troubleOf(hook, ctx),
  }));
  return { template: 'webhooks/list.njk', data: { rows, newHref: href(`${HOME}?hook=new`) } };
}

interface Situation {
  readonly hook?: Webhook;
  readonly values: TypedHook;
  readonly problems?: readonly HookProblem[];
  /** A secret that was just made: shown this once. */
  readonly made?: string;
}

const viewAttempt = ({ id, time, event, attempt, status, duration, reply, error, message }: LoggedAttempt) => ({
  id,
  time,
  event,
  attempt,
  status: status ?? 0,
  duration,
  reply,
  error,
  fine: error === '',
  ticket: message.ticket ?? 0,
});

async function page(
  _needs: PanelNeeds,
  ctx: OperationContext,
  { href }: WebRequest,
  { hook, values, problems = [], made = '' }: Situation,
): Promise<View> {
  const attempts = hook ? await listAttempts(ctx, hook.id) : [];
  return {
    template: PAGE,
    status: problems.length > 0 ? 422 : 200,
    data: {
      id: hook?.id ?? 0,
      heading: hook?.name ?? 'New webhook',
      trouble: hook ? troubleOf(hook, ctx) : '',
      values,
      problems,
      made,
      events: Object.entries(EVENTS).map(([name, label]) => ({ name, label, chosen: values.events.includes(name) })),
      people: ctx.can('TRAC_ADMIN') ? [...ctx.directory.people.keys()].slice(0, 200) : [ctx.user.name],
      attempts: attempts.map(viewAttempt),
      formHref: href(HOME),
      listHref: href(HOME),
    },
  };
}

type Step = (needs: PanelNeeds, ctx: OperationContext, request: WebRequest) => Promise<Outcome>;

const STEPS: ReadonlyMap<string, Step> = new Map([
  ['add', add],
  ['save', save],
  ['switch', toggle],
  ['delete', remove],
  ['test', test],
  ['redeliver', redeliver],
]);

async function submit(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const run = STEPS.get(formText(request, 'step'));
  if (!run) throw new NotFoundError('This form is not known here. Reload the page and try again.');
  return run(needs, ctx, request);
}

const write = <T>({ contexts }: PanelNeeds, { user, via, now }: OperationContext, work: (ctx: OperationContext) => Promise<T>) =>
  contexts.write({ user, via, now }, work);

/** Once the secret was made it stands in this answer and nowhere else, not even in the address of another page. */
async function shown(needs: PanelNeeds, ctx: OperationContext, request: WebRequest, id: number, made: string): Promise<Outcome> {
  // What was just stored is read anew: `ctx` may have begun before it.
  const hook = await write(needs, ctx, (own) => hookOf(own, String(id)));
  return page(needs, ctx, request, { hook, values: typedOf(hook), made });
}

async function add(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const typed = typedIn(request);
  const problems = await hookProblems(ctx, needs.fields, typed);
  if (problems.length > 0) return page(needs, ctx, request, { values: typed, problems });
  const settings = settingsOf(typed);
  const id = await write(needs, ctx, async (own) => {
    await hooksChanged(needs.generations, own);
    return insertHook(own, settings);
  });
  ctx.log.info('webhook added', { webhook: id, user: ctx.user.name });
  if (typed.secret === '') return shown(needs, ctx, request, id, settings.secret);
  return { redirect: pageOf(id), notice: { kind: 'notice', text: `${settings.name} is told from now on.` } };
}

async function save(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const hook = await hookOf(ctx, formText(request, 'hook'));
  const typed = typedIn(request);
  const problems = await hookProblems(ctx, needs.fields, typed, hook);
  if (problems.length > 0) return page(needs, ctx, request, { hook, values: typed, problems });
  const { enabled, ...settings } = settingsOf(typed, hook);
  await change(needs, ctx, hook, enabled === hook.enabled ? settings : { ...settings, enabled });
  return { redirect: pageOf(hook.id), notice: { kind: 'notice', text: 'It is saved.' } };
}

const change = (needs: PanelNeeds, ctx: OperationContext, hook: Webhook, settings: Parameters<typeof updateHook>[2]) =>
  write(needs, ctx, async (own) => {
    await updateHook(own, hook.id, settings);
    await hooksChanged(needs.generations, own);
    own.log.info('webhook changed', { webhook: hook.id, user: own.user.name });
  });

async function toggle(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const hook = await hookOf(ctx, formText(request, 'hook'));
  const enabled = !hook.enabled;
  await change(needs, ctx, hook, { enabled });
  return { redirect: pageOf(hook.id), notice: { kind: 'notice', text: enabled ? 'It is switched on.' : 'It is switched off.' } };
}

async function remove(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const hook = await hookOf(ctx, formText(request, 'hook'));
  await write(needs, ctx, async (own) => {
    await deleteHook(own, hook.id);
    await hooksChanged(needs.generations, own);
    own.log.info('webhook deleted', { webhook: hook.id, user: own.user.name });
  });
  return { redirect: HOME, notice: { kind: 'notice', text: `${hook.name} is deleted, with its log.` } };
}

/** How a test went, in a sentence. */
export function sayOutcome(sent: Sent | undefined): { readonly kind: 'notice' | 'error'; readonly text: string } {
  if (sent?.error === undefined)
    return { kind: 'notice', text: `The other side answered ${sent?.reply?.status ?? 'nothing'} in ${sent?.duration ?? 0} ms.` };
  return { kind: 'error', text: `The test failed: ${sent.error}` };
}

/** A test message goes out at once, past the queue. */
export const ping = (needs: DeliveryNeeds, hook: Webhook): Promise<Sent | undefined> => {
  const message = { hook: hook.id, event: 'ping', delivery: randomUUID(), time: new Date().toISOString() } as const;
  return send(needs, hook, message, { number: 1, isLast: false });
};

async function test(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const hook = await hookOf(ctx, formText(request, 'hook'));
  return { redirect: `${pageOf(hook.id)}#log`, notice: sayOutcome(await ping(needs, hook)) };
}

async function redeliver(needs: PanelNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const hook = await hookOf(ctx, formText(request, 'hook'));
  const wanted = formText(request, 'attempt');
  const found = (await listAttempts(ctx, hook.id)).find(({ id }) => String(id) === wanted);
  if (!found) throw new NotFoundError('This delivery is no longer in the log.');
  await write(needs, ctx, (own) => needs.outbox.put(own, CHANNEL, { ...found.message }));
  return {
    redirect: `${pageOf(hook.id)}#log`,
    notice: { kind: 'notice', text: 'It is sent again; reload the page in a moment.' },
  };
}
