import {
  type AdjunctType,
  component,
  IRegistry,
  ISettings,
  ISettingsEditor,
  ITicketAdjunctChangeListener,
  type OperationContext,
  TracError,
} from 'tracts';
import { type Kind, kindOf } from './kinds.ts';

/** What reading and writing defaults takes. */
export interface DefaultNeeds {
  readonly editor: ISettingsEditor;
  readonly settings: ISettings;
  readonly registry: IRegistry;
}

/** True for the error of a trac.ini that cannot be read or written. */
export const isFileTrouble = (error: unknown): error is TracError => error instanceof TracError && error.code === 'CONFIG';

/** The value that new tickets begin with, as trac.ini says at this moment; undefined for a vocabulary that has none. */
export function currentDefault({ editor, settings, registry }: DefaultNeeds, { defaultOption }: Kind): string | undefined {
  if (defaultOption === undefined) return undefined;
  const declared = registry.options().find(({ option }) => option.section === 'ticket' && option.name === defaultOption)?.option;
  return read(editor, settings).get('ticket', defaultOption) ?? String(declared?.fallback ?? '');
}

/** The file as it is; a site without a readable one has only what it runs with. */
function read(editor: ISettingsEditor, settings: ISettings): ISettings {
  try {
    return editor.read();
  } catch (error) {
    if (isFileTrouble(error)) return settings;
    throw error;
  }
}

/** Writes the default into trac.ini. Throws a sentence when that cannot be. */
export function writeDefault({ editor }: DefaultNeeds, { defaultOption }: Kind, value: string): void {
  if (defaultOption === undefined) return;
  const [fault] = editor.change([{ section: 'ticket', name: defaultOption, value }]).errors;
  if (fault) throw new TracError('CONFIG', fault.message, 422);
}

/** Keeps `[ticket] default_*` right when the value it names is renamed or gives its place to another. */
export const DefaultsFollow = component({
  doc: 'Changes [ticket] default_* in trac.ini when the value it names is renamed or merged.',
  implements: [ITicketAdjunctChangeListener],
  uses: { editor: ISettingsEditor, settings: ISettings, registry: IRegistry },
  create: (needs) => {
    const follow = (ctx: OperationContext, type: AdjunctType, from: string, to: string): void => {
      const kind = kindOf(type);
      // A file cannot be undone with the transaction, so it waits for the commit.
      if (kind?.defaultOption !== undefined && currentDefault(needs, kind) === from)
        ctx.afterCommit(() => writeDefault(needs, kind, to));
    };
    return {
      adjunctRenamed: (ctx, type, value, before) => follow(ctx, type, before.name, value.name),
      adjunctDeleted: (ctx, type, value, replacement) => {
        if (replacement) follow(ctx, type, value.name, replacement);
      },
    };
  },
});
