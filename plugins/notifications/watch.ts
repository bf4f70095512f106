import {
  component,
  formText,
  IRouteProvider,
  ITicketService,
  type OperationContext,
  type Outcome,
  PermissionError,
  type TicketContext,
  type WebRequest,
} from 'tracts';
import { ITicketPanelProvider } from 'tracts/ticket-web';
import { setWatch, type WatchState, watchState } from './store.ts';

/** What the button asks for; `none` takes back whatever was said. */
const WISHES: ReadonlyMap<string, { readonly state: WatchState | undefined; readonly notice: string }> = new Map([
  ['watch', { state: 'watching', notice: 'You watch this ticket: you are told of every change.' }],
  ['mute', { state: 'muted', notice: 'You are not told of this ticket any more, whatever happens to it.' }],
  ['none', { state: undefined, notice: 'You neither watch this ticket nor refuse to be told of it.' }],
]);

/** `/ticket/7/watch`, where one says whether one wants to be told of a ticket, and its button on the ticket page. */
export const TicketWatching = component({
  doc: 'Lets people watch tickets without writing anything.',
  implements: [IRouteProvider, ITicketPanelProvider],
  uses: { tickets: ITicketService },
  create: ({ tickets }) => ({
    getTicketPanels: async (ctx: TicketContext) => {
      const { id } = ctx.ticket;
      if (!ctx.user.authenticated || id === undefined) return [];
      const state = (await watchState(ctx.db, id, { account: ctx.user.name })) ?? 'none';
      return [{ place: 'tools', title: 'Watch', template: 'notifications/watch.njk', data: { id, state }, order: 10 }] as const;
    },
    getRoutes: () => [
      {
        method: 'POST',
        path: '/ticket/:id/watch',
        handle: (ctx, request) => watch(ctx, request, tickets),
      },
    ],
  }),
});

async function watch(ctx: OperationContext, request: WebRequest, tickets: ITicketService): Promise<Outcome> {
  const id = Number(request.params['id']);
  await tickets.open(ctx, id);
  if (!ctx.user.authenticated) throw new PermissionError('an account', 'watch tickets');
  const wish = WISHES.get(formText(request, 'wish'));
  if (wish) await setWatch(ctx, id, { account: ctx.user.name }, wish.state);
  const back = formText(request, 'from') === 'prefs' ? '/prefs/notifications' : `/ticket/${id}`;
  return { redirect: back, ...(wish ? { notice: { kind: 'notice', text: wish.notice } } : {}) };
}
