import type { IPages, ITicketFields, OperationContext, Resource, Submission, Values, WebRequest } from 'tracts';
import { hideAddresses, type IAddressPrivacy, restoreAddresses } from 'tracts/addresses';
import type { Viewer } from './field-view.ts';

const asItIs = (text: string): string => text;

/** What a viewer is made with. */
export interface ViewerNeeds {
  readonly privacy: IAddressPrivacy;
  readonly fields: ITicketFields;
  readonly pages: IPages;
}

/** How this person sees a ticket, or tickets in general. */
export function viewerOf(
  ctx: OperationContext,
  request: WebRequest,
  { privacy, fields, pages }: ViewerNeeds,
  resource?: Resource,
): Viewer {
  const hide = privacy.mayRead(ctx, resource) ? asItIs : hideAddresses;
  const href = (path: string): string => request.href(path);
  return { href, hide, typeOf: fields.type, timeZone: ctx.timeZone, now: ctx.now, hasLists: pages.has('/query') };
}

/** Puts back the addresses that the person's form had cut: `joe@…` in a field becomes the stored one again. */
export function withAddresses(submission: Submission, stored: Values): Submission {
  const restored = (name: string, sent: unknown): unknown => {
    const before = stored[name];
    return typeof sent === 'string' && typeof before === 'string' ? restoreAddresses(sent, before) : sent;
  };
  const fields = Object.entries(submission.fields ?? {}).map(([name, sent]) => [name, restored(name, sent)] as const);
  return { ...submission, fields: Object.fromEntries(fields) };
}
