import { readFileSync } from 'node:fs';
import { decodeIni } from '../../config/parse.ts';
import { BadRequestError, type Diagnosis } from '../../kernel/errors.ts';
import { ISiteHealth } from '../../kernel/registry.ts';
import { ITicketFields } from '../../ticket/extension-points.ts';
import { textFlag } from '../arguments.ts';
import type { OpenSite } from '../extension-points.ts';
import type { CoreCommand, CoreHost } from '../host.ts';
import { OPERATOR } from '../operator.ts';
import { printableDiagnosis, printJson, printTable } from '../output.ts';
import { type TracField, toTracField } from '../trac-field.ts';

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

/** Nor has Trac a field without a choice: a workflow without states takes the status away. */
const isField = ({ custom, options }: TracField): boolean => custom === true || options?.length !== 0;

/** Errors in [ticket] as well: they may cost all built-in fields. */
const isAboutFields = ({ place, severity }: Diagnosis): boolean =>
  place?.section === 'ticket-custom' || (place?.section === 'ticket' && severity === 'error');

const fields: CoreCommand = {
  name: 'fields',
  summary: 'List the ticket fields, of an environment or as a trac.ini would define them.',
  takesDir: true,
  options: { ini: 'FILE' },
  switches: ['json'],
  async run(host, args) {
    const site = await siteOf(host, textFlag(args, 'ini'));
    const all = await site.contexts.read(OPERATOR, (ctx) => site.get(ITicketFields).all(ctx));
    const shown = all.map(toTracField).filter(isField);
    for (const one of site.get(ISiteHealth).diagnoses()) if (isAboutFields(one)) host.err(printableDiagnosis(one));
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
