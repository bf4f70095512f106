export { AttachmentCommands } from './commands.ts';
export { AttachmentFiles } from './file-storage.ts';
export { AttachmentPages } from './pages.ts';
export { AttachmentPanels } from './panels.ts';
export { LegacyAttachmentPolicy } from './policy.ts';
export { AttachmentSystem } from './service.ts';
export { AttachmentSweeper } from './sweep.ts';
export { AttachmentsOfTickets, TicketAttachments } from './tickets.ts';
export { AttachmentUploads } from './uploads.ts';
