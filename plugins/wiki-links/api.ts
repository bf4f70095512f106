import { extensionPoint, type May, type OperationContext } from 'tracts';

/** A file as texts name it. */
export interface FileReference {
  /** What it belongs to: `ticket` and its number. */
  readonly realm: string;
  readonly id: string;
  readonly name: string;
}

/** A file that is there and that the person may see. */
export interface LinkedFile {
  readonly description: string;
  /** Path of the page about it. */
  readonly page: string;
  /** Path of the file itself. */
  readonly raw: string;
  /** Shown in a page, e.g. a picture in a pixel format; anything else is only linked. */
  readonly isImage: boolean;
}

/**
 * Finds the files that `attachment:` links and pictures name.
 *
 * Called: once for each page that names any. Combined: the first that knows a file. Ordered by: nothing. If it throws: all are
 * drawn as missing.
 */
export interface IFileFinder {
  /** In the order of `wanted`; undefined: there is none, or the person must not see it. */
  findFiles(ctx: OperationContext, wanted: readonly FileReference[]): May<readonly (LinkedFile | undefined)[]>;
}
export const IFileFinder = extensionPoint<IFileFinder>('IFileFinder', { doc: 'Finds the files that texts name.' });

export { fileReference, findFiles } from './files.ts';
export { queryPath, ticketRanges } from './targets.ts';
