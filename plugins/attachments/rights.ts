import type { OperationContext, Resource } from 'tracts';
import type { Attachment } from './api.ts';

/** What permissions on one file are asked about. */
export const resourceOf = (attachment: Attachment, parent: Resource): Resource => ({
  realm: 'attachment',
  id: attachment.filename,
  object: attachment,
  parent,
});

/** `parent` without an id: could it be true for some? */
export const mayAttach = (ctx: OperationContext, parent: Resource): boolean =>
  ctx.can('ATTACHMENT_CREATE', { realm: 'attachment', parent });

export const mayView = (ctx: OperationContext, attachment: Attachment, parent: Resource): boolean =>
  ctx.can('ATTACHMENT_VIEW', resourceOf(attachment, parent));

/** Delete, replace or describe anew. */
export const mayDelete = (ctx: OperationContext, attachment: Attachment, parent: Resource): boolean =>
  mayView(ctx, attachment, parent) && ctx.can('ATTACHMENT_DELETE', resourceOf(attachment, parent));
