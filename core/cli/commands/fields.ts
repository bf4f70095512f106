import { readFileSync } from 'node:fs';
import { decodeIni } from '../../config/parse.ts';
import { BadRequestError } from '../../kernel/errors.ts';
import { ISiteHealth } from '../../kernel/registry.ts';
import { ITicketFields } from '../../ticket/extension-points.ts';
import { textFlag } from '../arguments.ts';
import type { OpenSite } from '../extension-points.ts';
import type { CoreCommand, CoreHost } from '../host.ts';
import { OPERATOR } from '../operator.ts';
import { printableDiagnosis, printJson, printTable } from '../output.ts';
import { toTracField } from '../trac-field.ts';

/** The text of a trac.ini that is named on the command line. */
function readIniFile(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new BadRequestError(`${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  return decodeIni(bytes, file);
}

const siteOf = (host: CoreHost, ini: string | undefined): Promise<OpenSite> =>
  ini === undefined ? host.openSite() : host.memorySite({ ini: readIniFile(ini), file: ini });

const fields: CoreCommand = {
  name: 'fields',
  summary: 'List the ticket fields, of an environment or as a trac.ini would define them.',
  takesDir: true,
  options: { ini: 'FILE' },
  switches: ['json'],
  async run(host, args) {
    const site = await siteOf(host, textFlag(args, 'ini'));
    const shown = await site.contexts.read(OPERATOR, async (ctx) => (await site.get(ITicketFields).all(ctx)).map(toTracField));
    for (const one of site.get(ISiteHealth).diagnoses())
      if (one.place?.section === 'ticket-custom') host.err(printableDiagnosis(one));
    if (args.flags['json']) {
      printJson(host, shown);
      return;
    }
    const rows = shown.map((field) => [
      field.name,
      field.type,
      field.label,
      field.custom ? 'custom' : '',
      field.options?.join('|') ?? '',
    ]);
    printTable(host, ['NAME', 'TYPE', 'LABEL', 'FROM', 'OPTIONS'], rows, 'There are no fields.');
  },
};

/** Commands about fields. */
export const FIELD_COMMANDS: readonly CoreCommand[] = [fields];
