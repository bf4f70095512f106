import type { FastifyRequest } from 'fastify';
import type { Log } from '../kernel/log.ts';
import type { IContexts } from '../security/contexts.ts';
import type { Addresses } from './addresses.ts';
import type { IUploadReceiver } from './extension-points.ts';
import { checkProof, type ParsedBody, toWebRequest } from './requests.ts';
import { NO_UPLOADS, type ReceivedForm, receiveForm } from './uploads.ts';
import type { Visitor } from './visitor.ts';

/** What taking forms in parts needs. */
export interface PartsOptions {
  readonly contexts: IContexts;
  readonly receivers: readonly IUploadReceiver[];
  readonly addresses: Addresses;
  /** Where files that come with forms wait. */
  readonly uploadDir: string;
  /** Bytes of a form's texts together. */
  readonly textLimit: number;
  readonly log: Log;
}

/** Reads a form that comes in parts; undefined where the request is none. Nothing of a file is kept before the proof holds. */
export async function receiveParts(
  options: PartsOptions,
  request: FastifyRequest,
  visitor: Visitor,
): Promise<ReceivedForm | undefined> {
  if (!request.isMultipart()) return undefined;
  const { contexts, receivers, addresses, uploadDir: dir, textLimit, log } = options;
  const limits = await contexts.read({ user: visitor.user, via: 'web' }, async (ctx) =>
    receivers.map((receiver) => receiver.getUploadLimits(ctx) ?? NO_UPLOADS),
  );
  const received = await receiveForm(request, {
    dir,
    textLimit,
    log,
    limits: limits.reduce((a, b) => (b.files > a.files ? b : a), NO_UPLOADS),
    requireProof: (values) => checkProof(request, visitor, addresses, { kind: 'form', values }),
  });
  const { values, files } = received;
  request.body = { kind: 'form', values, files } satisfies ParsedBody;
  return received;
}

/** Lets the receivers take the files; what they say is added to the form. */
export async function handOver(
  { contexts, receivers, addresses }: PartsOptions,
  request: FastifyRequest,
  visitor: Visitor,
  { values, files }: ReceivedForm,
): Promise<void> {
  const webRequest = toWebRequest(request, visitor, addresses);
  const all = Object.assign(Object.create(null) as Record<string, string | readonly string[]>, values);
  await contexts.read({ user: visitor.user, via: 'web' }, async (ctx) => {
    for (const receiver of receivers)
      for (const [name, added] of Object.entries(await receiver.receiveUploads(ctx, webRequest)))
        all[name] = [...[all[name] ?? []].flat(), ...added];
  });
  request.body = { kind: 'form', values: all, files } satisfies ParsedBody;
}
