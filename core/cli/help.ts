import { usageOf } from './arguments.ts';
import type { CoreCommand } from './host.ts';

const FOOTER = [
  '',
  'DIR is an environment folder, ./env where none is named. It is taken for DIR when it has a slash or is an environment.',
  'Type "tracts COMMAND --help" for one command.',
];

/** One command: its line of help and what it is for. */
export const helpFor = (command: CoreCommand): readonly string[] => [`Usage: ${usageOf(command)}`, '', command.summary];

/** All commands, sorted by their first words, in two columns. */
export function helpForAll(commands: readonly CoreCommand[]): readonly string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return ['Usage: tracts COMMAND [DIR] [ARGUMENTS] [--flags]', '', ...lines, ...FOOTER];
}
