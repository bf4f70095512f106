import {
  BadRequestError,
  component,
  firstValue,
  formText,
  IPages,
  IRouteProvider,
  ITexts,
  NotFoundError,
  type OperationContext,
  type Outcome,
  PermissionError,
  type Route,
  TracError,
  type WebRequest,
} from 'tracts';
import { hideAddresses, IAddressPrivacy, restoreAddresses } from 'tracts/addresses';
import { type Attachment, type AttachmentParent, IAttachments } from './api.ts';
import { chooserData, MAX_ZIP } from './panels.ts';
import type { AttachmentLimits } from './plan.ts';
import { previewOf } from './preview.ts';
import { pathTo, sendFile } from './raw.ts';
import { mayAttach, mayDelete } from './rights.ts';
import { LIMITS } from './service.ts';
import { loadDrafts } from './store.ts';
import { DRAFT_CONTROL } from './uploads.ts';
import { type FileViewer, viewDraft, viewFiles } from './view.ts';
import { mayZip, sendZip } from './zip.ts';

interface Needs {
  readonly attachments: IAttachments;
  readonly texts: ITexts;
  readonly privacy: IAddressPrivacy;
  readonly pages: IPages;
  readonly options: AttachmentLimits & { readonly maxZip: number };
}

/** One file, with what it belongs to. */
interface Opened {
  readonly parent: AttachmentParent;
  readonly attachment: Attachment;
}

const placeOf = ({ params }: WebRequest): readonly [string, string] => [params['realm'] ?? '', params['id'] ?? ''];

const viewerFor = (
  { privacy }: Needs,
  ctx: OperationContext,
  { href }: WebRequest,
  { resource }: AttachmentParent,
): FileViewer => ({
  href,
  hide: privacy.mayRead(ctx, resource) ? (text) => text : hideAddresses,
});

async function openFile({ attachments }: Needs, ctx: OperationContext, request: WebRequest): Promise<Opened> {
  const [realm, id] = placeOf(request);
  const name = request.params['name'] ?? '';
  const parent = await attachments.parent(ctx, realm, id);
  const attachment = await attachments.find(ctx, realm, id, name);
  if (!attachment) throw new NotFoundError(`${parent.title} has no file “${name.slice(0, 200)}”.`);
  return { parent, attachment };
}

const parentView = (parent: AttachmentParent, href: FileViewer['href']) => ({ title: parent.title, href: href(parent.path) });

// ---- all files of something

async function showAll(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const [realm, id] = placeOf(request);
  const parent = await needs.attachments.parent(ctx, realm, id);
  if (firstValue(request.query['action']) === 'new') return showChooser(needs, ctx, request, parent);
  const files = await needs.attachments.list(ctx, realm, id);
  const viewer = viewerFor(needs, ctx, request, parent);
  const place = `${realm}/${encodeURIComponent(id)}`;
  return {
    template: 'attachments/list.njk',
    data: {
      title: `Files of ${parent.title}`,
      parent: parentView(parent, request.href),
      files: await viewFiles(ctx, needs.texts, files, parent.resource, viewer),
      addHref: mayAttach(ctx, parent.resource) ? request.href(`/attachment/${place}?action=new`) : '',
      zipHref: mayZip(files, needs.options.maxZip) ? request.href(`/zip-attachment/${place}`) : '',
    },
  };
}

interface Typed {
  readonly description: string;
  readonly replace: boolean;
}
const nothingTyped: Typed = { description: '', replace: false };

interface Refusal {
  readonly problem: string;
  readonly status: number;
}

/** The form for further files; what was uploaded before is offered again. */
async function showChooser(
  needs: Needs,
  ctx: OperationContext,
  request: WebRequest,
  parent: AttachmentParent,
  typed = nothingTyped,
  refusal?: Refusal,
): Promise<Outcome> {
  if (!mayAttach(ctx, parent.resource)) throw new PermissionError('ATTACHMENT_CREATE', `attach files to ${parent.title}`);
  const drafts = [...(await loadDrafts(ctx, tokensIn(request))).values()];
  return {
    template: 'attachments/new.njk',
    status: refusal?.status ?? 200,
    data: {
      title: `Attach files to ${parent.title}`,
      parent: parentView(parent, request.href),
      action: request.href(request.path),
      typed,
      problems: refusal ? [{ field: 'attachment', message: refusal.problem }] : [],
      // The template of the ticket form's control is this one's too.
      panel: {
        data: {
          ...chooserData(needs.options, needs.texts, needs.pages),
          drafts: drafts.filter(({ fault }) => !fault).map(viewDraft),
          faults: [],
        },
      },
    },
  };
}

const tokensIn = ({ body }: WebRequest): readonly string[] => [body[DRAFT_CONTROL] ?? []].flat();

/** POST: attaches what was chosen, all of it or nothing. */
async function attach(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const [realm, id] = placeOf(request);
  const parent = await needs.attachments.parent(ctx, realm, id);
  const typed = { description: formText(request, 'description'), replace: request.body['replace'] !== undefined };
  const tokens = tokensIn(request);
  const refuse = (problem: string, status: number) => showChooser(needs, ctx, request, parent, typed, { problem, status });
  if (tokens.length === 0) return refuse('Choose a file.', 422);
  try {
    const stored = await needs.attachments.attach(ctx, realm, id, tokens, typed);
    const [first] = stored;
    return { redirect: stored.length === 1 && first ? pathTo('attachment', first) : parent.path };
  } catch (error) {
    if (!(error instanceof TracError) || error.status !== 422) throw error;
    return refuse(error.message, request.files.some(({ fault }) => fault) ? 413 : 422);
  }
}

/** POST /attachment/draft: takes files in for a form that is still being written, for scripts. */
async function draft(ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  if (!mayAttach(ctx, { realm: 'ticket' })) throw new PermissionError('ATTACHMENT_CREATE', 'attach files');
  const tokens = tokensIn(request);
  const drafts = await loadDrafts(ctx, tokens);
  const files = tokens.flatMap((token) => drafts.get(token) ?? []).map(viewDraft);
  if (files.length === 0)
    throw new BadRequestError('No file came along. Send it as the part “attachment” of multipart/form-data.');
  const status = request.files.some(({ fault }) => fault) ? 413 : files.some(({ fault }) => fault) ? 422 : 200;
  return { json: { files }, status, headers: { 'cache-control': 'private, no-store' } };
}

// ---- one file

async function showOne(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { parent, attachment } = await openFile(needs, ctx, request);
  if (firstValue(request.query['format']) === 'raw') return { redirect: pathTo('raw-attachment', attachment) };
  return showFile(needs, ctx, request, { parent, attachment });
}

async function showFile(
  needs: Needs,
  ctx: OperationContext,
  request: WebRequest,
  { parent, attachment }: Opened,
  problem = '',
): Promise<Outcome> {
  const viewer = viewerFor(needs, ctx, request, parent);
  const [file] = await viewFiles(ctx, needs.texts, [attachment], parent.resource, viewer);
  const asked = firstValue(request.query['action']);
  const may = mayDelete(ctx, attachment, parent.resource);
  return {
    template: 'attachments/file.njk',
    status: problem ? 422 : 200,
    data: {
      title: `${attachment.filename} – ${parent.title}`,
      parent: parentView(parent, request.href),
      file,
      preview: await previewOf(needs.attachments, attachment),
      description: formText(request, 'description') || viewer.hide(attachment.description),
      asked: may && (asked === 'delete' || asked === 'edit') ? asked : problem ? 'edit' : '',
      problem,
    },
  };
}

/** POST: deletes the file, or gives it another description. */
async function changeOne(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { parent, attachment } = await openFile(needs, ctx, request);
  const action = formText(request, 'action');
  if (action === 'delete') {
    await needs.attachments.remove(ctx, attachment);
    return { redirect: parent.path, notice: { kind: 'notice', text: `The file ${attachment.filename} is deleted.` } };
  }
  if (action !== 'edit') throw new BadRequestError('What to do with the file? Send action=delete or action=edit.');
  try {
    // Where addresses are cut, what comes back must not overwrite them.
    const sent = formText(request, 'description');
    const hidden = !needs.privacy.mayRead(ctx, parent.resource);
    await needs.attachments.describe(ctx, attachment, hidden ? restoreAddresses(sent, attachment.description) : sent);
    return { redirect: pathTo('attachment', attachment) };
  } catch (error) {
    if (!(error instanceof TracError) || error.code !== 'DESCRIPTION') throw error;
    return showFile(needs, ctx, request, { parent, attachment }, error.message);
  }
}

async function zip({ attachments, options }: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const [realm, id] = placeOf(request);
  const files = await attachments.list(ctx, realm, id);
  const name = `attachments-${realm}-${id}`.replace(/[^\w.-]+/g, '_');
  return sendZip(ctx, attachments, files, { name, maxZip: options.maxZip, method: request.method });
}

function routesOf(needs: Needs): readonly Route[] {
  const [all, one] = ['/attachment/:realm/:id', '/attachment/:realm/:id/:name'];
  return [
    { method: 'POST', path: '/attachment/draft', mode: 'read', uploads: true, handle: draft },
    { method: 'GET', path: all, handle: (ctx, request) => showAll(needs, ctx, request) },
    { method: 'POST', path: all, uploads: true, handle: (ctx, request) => attach(needs, ctx, request) },
    { method: 'GET', path: one, handle: (ctx, request) => showOne(needs, ctx, request) },
    { method: 'POST', path: one, handle: (ctx, request) => changeOne(needs, ctx, request) },
    {
      method: 'GET',
      path: '/raw-attachment/:realm/:id/:name',
      handle: async (ctx, request) => sendFile(needs.attachments, (await openFile(needs, ctx, request)).attachment, request),
    },
    { method: 'GET', path: '/zip-attachment/:realm/:id', handle: (ctx, request) => zip(needs, ctx, request) },
  ];
}

/** The pages about attached files, at Trac's addresses. */
export const AttachmentPages = component({
  doc: 'Serves /attachment, /raw-attachment and /zip-attachment.',
  implements: [IRouteProvider],
  uses: { attachments: IAttachments, texts: ITexts, privacy: IAddressPrivacy, pages: IPages },
  options: { ...LIMITS, maxZip: MAX_ZIP },
  create: (needs: Needs) => ({ getRoutes: () => routesOf(needs) }),
});
