import { describeDiagnosis } from '../kernel/diagnoses.ts';
import { ConfigError, type Diagnosis } from '../kernel/errors.ts';

/** Where lines go. */
export interface Lines {
  out(line: string): void;
  err(line: string): void;
}

/** Texts of people may hold escape sequences that would steer the terminal; they are shown as a dot. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');

/** Prints data for programs. Times are ISO texts. */
export const printJson = ({ out }: Pick<Lines, 'out'>, value: unknown): void => out(JSON.stringify(value, null, 2));

/** What `--json` prints instead when a file or a request cannot be used. */
export function errorAsJson(error: Error): { readonly error: { readonly message: string; readonly line: number | null } } {
  return { error: { message: error.message, line: (error instanceof ConfigError ? error.place.line : undefined) ?? null } };
}

/** Prints rows in columns, the headings first; `nothing` when there are none. The last column is not padded. */
export function printTable(
  lines: Pick<Lines, 'out'>,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  nothing: string,
): void {
  if (rows.length === 0) {
    lines.out(nothing);
    return;
  }
  const all = [headings, ...rows].map((row) => row.map((cell) => printable(cell).replaceAll(/[\n\t]+/g, ' ')));
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all)
    lines.out(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** A diagnosis as one line: `error: trac.ini, line 12: ... What to do.` */
export function printableDiagnosis(diagnosis: Diagnosis): string {
  const text = describeDiagnosis(diagnosis);
  const end = /[.!?]$/.test(text) ? '' : '.';
  return printable(`${diagnosis.severity}: ${text}${end}${diagnosis.remedy ? ` ${diagnosis.remedy}` : ''}`);
}

/** A diagnosis for programs. */
export const diagnosisAsJson = ({ severity, message, remedy, place }: Diagnosis) => ({
  line: place?.line ?? null,
  file: place?.file ?? null,
  section: place?.section ?? null,
  key: place?.key ?? null,
  severity,
  message,
  remedy: remedy ?? null,
});

/** Prints what was found wrong, for people or programs; 1 when there are errors. */
export function reportDiagnoses(lines: Lines, diagnoses: readonly Diagnosis[], json: boolean, well: string): number {
  if (json) printJson(lines, diagnoses.map(diagnosisAsJson));
  else if (diagnoses.length === 0) lines.out(well);
  else for (const diagnosis of diagnoses) lines.out(printableDiagnosis(diagnosis));
  return diagnoses.some(({ severity }) => severity === 'error') ? 1 : 0;
}
