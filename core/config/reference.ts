import type { AnyOption } from '../kernel/option.ts';
import { type Declared, isSecret } from './declared.ts';
import { SAMPLES } from './samples.ts';

const WIDTH = 100;

const INTRODUCTION = `
Every option Tracts reads, with its default. This file is printed from the program: npm run ini:example.

A line such as "#name = value" shows the default; to change it, remove the # and write your own value, or type
"tracts config set DIR SECTION NAME VALUE", which leaves the rest of your file as it is.

A value reaches to the end of its line: what follows a # or ; there belongs to it, and so do quotes. Indented lines continue
the value above. Upper and lower case are the same in names of options, and differ in names of sections.
`;

/** Breaks at blanks; a longer word gets a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A text as comment lines; empty lines part its paragraphs. */
const comment = (text: string): string[] =>
  text
    .trim()
    .split(/\n[^\S\n]*\n/)
    .flatMap((paragraph, index) => [...(index > 0 ? ['#'] : []), ...wrap(paragraph, WIDTH - 2).map((line) => `# ${line}`)]);

const sentence = (text: string): string => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`);

interface Entry {
  readonly option: AnyOption;
  readonly components: readonly string[];
  readonly secret: boolean;
}

function printOption({ option, components, secret }: Entry): string {
  const value = secret ? '' : option.print(option.fallback);
  const setting = `#${option.name} = ${value}`.trimEnd().replaceAll('\n', '\n#  ');
  return [
    ...comment(sentence(option.doc)),
    ...comment(`Expects ${sentence(option.expects)} Read by ${components.join(', ')}.`),
    setting,
  ].join('\n');
}

/** One entry for each option, with all who read it; the first declaration speaks for the others. */
function gather(declared: readonly Declared[]): Map<string, Map<string, Entry>> {
  const sections = new Map<string, Map<string, Entry>>();
  for (const { option, component } of declared) {
    const entries = sections.get(option.section) ?? new Map<string, Entry>();
    sections.set(option.section, entries);
    const known = entries.get(option.name);
    entries.set(option.name, {
      option: known?.option ?? option,
      components: [...new Set([...(known?.components ?? []), component])].sort(),
      secret: isSecret(declared, option.section, option.name),
    });
  }
  return sections;
}

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0;

/**
 * The text of trac.ini.example: sections and options sorted, each option with its help and its default commented out, and
 * the free-form sections with a sample. As it stands it sets nothing, so it is a good trac.ini to begin with.
 */
export function printExample(options: Iterable<Declared>): string {
  const sections = gather([...options]);
  for (const section of Object.keys(SAMPLES)) if (!sections.has(section)) sections.set(section, new Map());
  const blocks = [...sections].sort(byName).map(([section, entries]) => {
    const sample = SAMPLES[section];
    const parts = [
      `[${section}]`,
      ...(sample ? [printSample(sample)] : []),
      ...[...entries].sort(byName).map(([, entry]) => printOption(entry)),
    ];
    return parts.join('\n\n');
  });
  return `${[comment(INTRODUCTION).join('\n'), ...blocks].join('\n\n')}\n`;
}

function printSample({ help, lines }: { readonly help: string; readonly lines: string }): string {
  const sample = lines.trim().split('\n');
  return [...comment(help), ...sample.map((line) => `#${line}`)].join('\n');
}
