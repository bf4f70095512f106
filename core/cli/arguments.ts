import { BadRequestError, TracError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Command, CommandArguments } from './extension-points.ts';

/** The command line cannot be understood; `usage` is the command's line of help, when one was recognised. Ends the program with 2. */
export class UsageError extends TracError {
  constructor(
    message: string,
    readonly usage?: string,
  ) {
    super('USAGE', message, 400);
  }
}

/** What of a command its arguments are read by. */
export type Shape = Pick<Command, 'name' | 'takesDir' | 'arguments' | 'options' | 'switches'>;

/** A command line, read: the arguments, and DIR when one was named. */
export interface ReadArguments extends CommandArguments {
  readonly dir: string | undefined;
}

/** The environment folder while nobody names one. */
export const DEFAULT_DIR = 'env';

/** The line of help: `tracts user add [DIR] NAME [--email ADDRESS]`. */
export function usageOf(shape: Shape): string {
  const flags = [
    ...Object.entries(shape.options ?? {}).map(([name, value]) => `[--${name} ${value}]`),
    ...(shape.switches ?? []).map((name) => `[--${name}]`),
  ];
  return ['tracts', shape.name, ...(shape.takesDir ? ['[DIR]'] : []), ...(shape.arguments ?? []), ...flags].join(' ');
}

/** True for a flag; `-1` is none, so that a number which makes no sense is answered as a number. */
export const isFlag = (word: string): boolean => /^(--.|-[a-z]$)/i.test(word);

interface Split {
  readonly positional: string[];
  readonly flags: Record<string, string | true>;
}

function readFlag(shape: Shape, word: string, rest: string[], flags: Record<string, string | true>): void {
  const [, name = '', given] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  const known = [...Object.keys(shape.options ?? {}), ...(shape.switches ?? [])];
  if (!known.includes(name)) {
    const near = nearest(name, known);
    throw new UsageError(
      `There is no flag ${word.replace(/=.*/s, '')}.${near ? ` Did you mean --${near}?` : ''}`,
      usageOf(shape),
    );
  }
  if (shape.switches?.includes(name)) {
    if (given !== undefined) throw new UsageError(`The flag --${name} takes no value.`, usageOf(shape));
    flags[name] = true;
    return;
  }
  const value = given ?? rest.shift();
  if (value === undefined)
    throw new UsageError(`The flag --${name} needs a value: --${name} ${shape.options?.[name]}`, usageOf(shape));
  flags[name] = value;
}

function split(shape: Shape, words: readonly string[]): Split {
  const rest = [...words];
  const positional: string[] = [];
  const flags: Record<string, string | true> = {};
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return { positional: [...positional, ...rest], flags };
    if (isFlag(word)) readFlag(shape, word, rest, flags);
    else positional.push(word);
  }
  return { positional, flags };
}

/** How many arguments the command takes, DIR apart. */
function countArguments({ arguments: names = [] }: Shape): { readonly least: number; readonly most: number } {
  return {
    least: names.filter((name) => !name.startsWith('[')).length,
    most: names.some((name) => name.includes('...')) ? Number.POSITIVE_INFINITY : names.length,
  };
}

const isPath = (word: string): boolean => word === '.' || word === '..' || /[/\\]/.test(word);

/** What arguments are told apart by. */
export interface Places {
  isEnvironment(dir: string): boolean;
  isFile(path: string): boolean;
}

const isDir = (word: string, places: Places): boolean => places.isEnvironment(word) || (isPath(word) && !places.isFile(word));

/**
 * Reads what follows a command's name.
 *
 * The first argument is DIR when it names an environment folder, when it has a slash (or is `.` or `..`) and is no file, or
 * when there is one argument more than the command takes otherwise; else DIR is not named. `./name` leaves no doubt.
 */
export function readArguments(shape: Shape, words: readonly string[], places: Places): ReadArguments {
  const { positional, flags } = split(shape, words);
  const { least, most } = countArguments(shape);
  const [first] = positional;
  const named = shape.takesDir && first !== undefined && (isDir(first, places) || positional.length === most + 1);
  const dir = named ? positional.shift() : undefined;
  if (positional.length > most) throw new UsageError(`“${positional[most]}” is one argument too many.`, usageOf(shape));
  if (positional.length < least) {
    const missing = shape.arguments?.filter((name) => !name.startsWith('['))[positional.length] ?? '';
    throw new UsageError(`${missing.replace('...', '')} is missing.`, usageOf(shape));
  }
  return { positional, flags, dir };
}

/** The text of a flag with a value; undefined when it is not given. */
export function textFlag(args: CommandArguments, name: string): string | undefined {
  const value = args.flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** `12` or `#12`. What is no number at all is answered here; what is none of a ticket, by the ticket service. */
export function readTicketNumber(text: string): number {
  const digits = text.replace(/^#/, '');
  if (/^-?\d{1,15}$/.test(digits)) return Number(digits);
  throw new BadRequestError(`“${text}” is no ticket number. Example: 12`);
}
