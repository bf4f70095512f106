import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  BadRequestError,
  type Command,
  type CommandArguments,
  type CommandHost,
  component,
  ICommandProvider,
  NotFoundError,
  type OpenSite,
  type OperationContext,
} from 'tracts';
import { type Attachment, IAttachmentStorage, IAttachments } from './api.ts';
import { sizeInWords } from './names.ts';
import { checkStorage, sweep } from './sweep.ts';

/** Whoever types commands here may read the database too. */
const OPERATOR = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;
const allowed = <C extends OperationContext>(ctx: C): C => ({ ...ctx, can: () => true });

/** Control signs and signs that turn the direction of writing could make a terminal show something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');

const flagOf = ({ flags }: CommandArguments, name: string): string => {
  const value = flags[name];
  return typeof value === 'string' ? value : '';
};

/** `12`, `#12`, or Trac's `ticket:12`. */
function placeOf(text = ''): readonly [realm: string, id: string] {
  const [, realm = 'ticket', id = ''] = /^(?:([a-z]+):|#)?(.+)$/s.exec(text) ?? [];
  return [realm, id];
}

const find = async (site: OpenSite, ctx: OperationContext, [place, name = '']: readonly string[]): Promise<Attachment> => {
  const found = await site.get(IAttachments).find(ctx, ...placeOf(place), name);
  if (!found) throw new NotFoundError(`${place} has no file “${name}”. "tracts attachment list" shows what there is.`);
  return found;
};

async function list(host: CommandHost, { positional, flags }: CommandArguments): Promise<number> {
  const site = await host.openSite();
  const files = await site.contexts.read(OPERATOR, (ctx) => site.get(IAttachments).list(allowed(ctx), ...placeOf(positional[0])));
  if (flags['json']) {
    const about = ({ filename, size, type, description, author, time, hash }: Attachment) => ({
      filename,
      size,
      type,
      description,
      author,
      time,
      hash,
    });
    host.out(JSON.stringify(files.map(about), null, 2));
  } else if (files.length === 0) host.out('No files.');
  else
    for (const { filename, size, author, time } of files)
      host.out(printable(`${filename}  ${sizeInWords(size)}  ${author}  ${time.toISOString()}`));
  return 0;
}

async function add(host: CommandHost, args: CommandArguments): Promise<number> {
  const [place, file = ''] = args.positional;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new BadRequestError(`There is no file ${file}.`);
  const site = await host.openSite();
  const attachments = site.get(IAttachments);
  const author = flagOf(args, 'author') || OPERATOR.user.name;
  const incoming = { name: flagOf(args, 'name') || path.basename(file), path: file, size: found.size };
  const draft = await site.contexts.read(OPERATOR, (ctx) => attachments.upload(allowed(ctx), incoming));
  if (draft.fault) throw new BadRequestError(draft.fault);
  const how = { author, description: flagOf(args, 'description'), replace: args.flags['replace'] === true };
  const [added] = await site.contexts.write(OPERATOR, (ctx) =>
    attachments.attach(allowed(ctx), ...placeOf(place), [draft.token], how),
  );
  host.out(printable(`Attached as ${added?.filename ?? ''}.`));
  return 0;
}

async function exportFile(host: CommandHost, { positional }: CommandArguments): Promise<number> {
  const site = await host.openSite();
  const file = await site.contexts.read(OPERATOR, (ctx) => find(site, allowed(ctx), positional));
  const target = positional[2] ?? file.filename;
  const content = await site.get(IAttachments).read(file);
  if (!content) throw new NotFoundError(`The content of ${file.filename} is not in the storage. See "tracts attachment check".`);
  const out = createWriteStream(target, { flags: 'wx' });
  let isOurs = false;
  out.once('open', () => {
    isOurs = true;
  });
  try {
    await pipeline(content, out);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST')
      throw new BadRequestError(`${target} is there already, and is left as it is.`);
    if (isOurs) await rm(target, { force: true });
    throw error;
  }
  host.out(printable(`Written to ${target}.`));
  return 0;
}

async function remove(host: CommandHost, { positional }: CommandArguments): Promise<number> {
  const site = await host.openSite();
  await site.contexts.write(OPERATOR, async (ctx) => {
    const seeing = allowed(ctx);
    await site.get(IAttachments).remove(seeing, await find(site, seeing, positional));
  });
  host.out('Deleted.');
  return 0;
}

async function check(host: CommandHost, { flags }: CommandArguments): Promise<number> {
  const site = await host.openSite();
  const storage = site.get(IAttachmentStorage);
  const swept = flags['sweep'] ? await sweep(site.contexts, storage) : undefined;
  const { files, missing, unnamed } = await checkStorage(site.contexts, storage);
  if (flags['json']) {
    const lost = missing.map(({ realm, parent, filename, hash }) => ({ realm, parent, filename, hash }));
    host.out(JSON.stringify({ files, missing: lost, unnamed, ...(swept ? { swept } : {}) }, null, 2));
    return missing.length > 0 ? 1 : 0;
  }
  if (swept) host.out(`Swept: ${swept.blobs} with ${sizeInWords(swept.bytes)}.`);
  for (const { realm, parent, filename, hash } of missing)
    host.out(printable(`missing: ${realm}:${parent} ${filename} (${hash}). Restore it from a backup, or delete the attachment.`));
  host.out(
    `Files: ${files}. Missing: ${missing.length}. Bytes that nothing names: ${unnamed.blobs} with ${sizeInWords(unnamed.bytes)}.`,
  );
  return missing.length > 0 ? 1 : 0;
}

const COMMANDS: readonly Command[] = [
  {
    name: 'attachment list',
    summary: 'List the files of ticket N.',
    takesDir: true,
    arguments: ['N'],
    switches: ['json'],
    run: list,
  },
  {
    name: 'attachment add',
    summary: 'Attach FILE to ticket N; with --replace, in the place of one of the same name.',
    takesDir: true,
    arguments: ['N', 'FILE'],
    options: { author: 'NAME', description: 'TEXT', name: 'NAME' },
    switches: ['replace'],
    run: add,
  },
  {
    name: 'attachment export',
    summary: 'Write a file of ticket N to TARGET, by default under its own name here; never over another file.',
    takesDir: true,
    arguments: ['N', 'NAME', '[TARGET]'],
    run: exportFile,
  },
  {
    name: 'attachment remove',
    summary: 'Delete a file of ticket N.',
    takesDir: true,
    arguments: ['N', 'NAME'],
    run: remove,
  },
  {
    name: 'attachment check',
    summary: 'Find files whose content is missing, and content that nothing names; --sweep deletes what is a day old of it.',
    takesDir: true,
    switches: ['json', 'sweep'],
    run: check,
  },
];

/** `tracts attachment list`, `add`, `export`, `remove` and `check`. */
export const AttachmentCommands = component({
  doc: 'The commands attachment list, add, export, remove and check.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => COMMANDS }),
});
