import {
  component,
  DeliveryError,
  firstValue,
  formText,
  IAdminPanelProvider,
  IContexts,
  IOutboxQueue,
  ISiteOptions,
  NotFoundError,
  type OperationContext,
  type Outcome,
  type WebRequest,
} from 'tracts';
import { IMailbox } from './mailbox.ts';
import { eachMessage, sendTestMail, viewMessage } from './queue.ts';
import { INotificationSettings } from './settings.ts';

interface Needs {
  readonly queue: IOutboxQueue;
  readonly contexts: IContexts;
  readonly mailbox: IMailbox;
  readonly settings: INotificationSettings;
  readonly site: ISiteOptions;
}
interface Problem {
  readonly field: string;
  readonly message: string;
}

const HOME = '/admin/notifications/queue';
const PAGE = 50;

/** /admin/notifications/queue: what waits to be sent, what could not be, and a test mail. */
export const QueuePanel = component({
  doc: 'Serves /admin/notifications/queue: messages that wait or could not be delivered.',
  implements: [IAdminPanelProvider],
  uses: { queue: IOutboxQueue, contexts: IContexts, mailbox: IMailbox, settings: INotificationSettings, site: ISiteOptions },
  create: (needs) => ({
    getAdminPanels: () => [
      {
        category: 'notifications',
        page: 'queue',
        label: 'Outgoing messages',
        requires: 'TRAC_ADMIN',
        mode: 'read',
        show: (ctx, request) => show(needs, ctx, request),
        submit: (ctx, request) => submit(needs, ctx, request),
      },
    ],
  }),
});

async function show(needs: Needs, ctx: OperationContext, { query }: WebRequest, problems: readonly Problem[] = [], to = '') {
  const state = firstValue(query['state']) === 'dead' ? 'dead' : 'waiting';
  const after = Number(firstValue(query['after'])) || 0;
  const rows = await needs.queue.list(ctx, { state, limit: PAGE + 1, after });
  const counts = await needs.queue.counts(ctx);
  const count = (which: string): number => counts.filter((one) => one.state === which).reduce((sum, one) => sum + one.count, 0);
  return {
    template: 'notifications/queue.njk',
    status: problems.length > 0 ? 422 : 200,
    data: {
      state,
      counts,
      tabs: (['waiting', 'dead'] as const).map((name) => ({ name, count: count(name), href: `${HOME}?state=${name}` })),
      rows: rows.slice(0, PAGE).map(viewMessage),
      next: rows.length > PAGE ? `${HOME}?state=${state}&after=${rows[PAGE - 1]?.id}` : '',
      enabled: needs.settings.enabled,
      to,
      problems,
    },
  };
}

async function submit(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { body } = request;
  const step = formText(request, 'step');
  if (step === 'test') return test(needs, ctx, request);
  const ids = [body['id'] ?? []].flat().map(Number).filter(Number.isSafeInteger);
  const { queue, contexts } = needs;
  const count = await contexts.write({ user: ctx.user, via: ctx.via }, async (writing) => {
    if (step === 'retry') return queue.retry(writing, ids);
    if (step === 'discard') return queue.discard(writing, ids);
    if (step === 'retry-all') return eachMessage(writing, queue, 'dead', (some) => queue.retry(writing, some));
    if (step === 'discard-all') return eachMessage(writing, queue, 'dead', (some) => queue.discard(writing, some));
    throw new NotFoundError('This form is not known here. Reload the page and try again.');
  });
  const what = `${count} ${count === 1 ? 'message' : 'messages'}`;
  const text = step.startsWith('retry') ? `${what} will be tried again at once.` : `${what} thrown away.`;
  const back = formText(request, 'state') === 'dead' ? `${HOME}?state=dead` : HOME;
  return { redirect: back, notice: { kind: 'notice', text } };
}

async function test(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const to = formText(request, 'to').trim();
  const refuse = (message: string) => show(needs, ctx, request, [{ field: 'to', message }], to);
  if (!/^[^\s@,;:<>"\\]+@[^\s@,;:<>"\\]+$/.test(to)) return refuse('Give an e-mail address.');
  try {
    await sendTestMail(needs.mailbox, to, needs.site.projectName);
  } catch (error) {
    if (error instanceof DeliveryError) return refuse(`The mail was not taken: ${error.message}`);
    throw error;
  }
  return { redirect: HOME, notice: { kind: 'notice', text: `The mail server took a mail to ${to}.` } };
}
