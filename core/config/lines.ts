import { ConfigError, describePlace, type Place } from '../kernel/errors.ts';
import { countIndent, strip, stripEnd } from '../kernel/literals.ts';

interface Line {
  /** 0-based number of the line in the file. */
  readonly at: number;
}

interface SectionLine extends Line {
  readonly kind: 'section';
  readonly name: string;
}

/** An option with the lines that continue it. */
export interface OptionLine extends Line {
  readonly kind: 'option';
  readonly section: string;
  /** The name as it is looked up: in lower case, unless the file tells case apart. */
  readonly key: string;
  /** The name as written. */
  readonly writtenKey: string;
  /** 0-based number of its last line, blank lines after the value not counted. */
  readonly last: number;
  readonly value: string;
}

/** What one line of trac.ini is. Continuation lines belong to their option and have no entry; blank ones have none either. */
export type Item = (Line & { readonly kind: 'comment' }) | SectionLine | OptionLine;

/** A file as lines, each with its line end, and what they mean. `lines.join('')` is the file again, byte for byte. */
export interface LineModel {
  readonly lines: readonly string[];
  readonly items: readonly Item[];
}

/** The section whose options Python's parser hands to every other section. */
export const DEFAULT_SECTION = 'DEFAULT';

/** A ConfigError whose text begins with the place; the file is named without its folder, so that the text may be shown. */
export function complain(place: Place, message: string): ConfigError {
  const file = place.file?.replace(/^.*[\\/]/, '') || 'trac.ini';
  return new ConfigError(`${describePlace({ ...place, file })}: ${message}`, place);
}

/** Throws what `complain` makes. */
export function refuse(place: Place, message: string): never {
  throw complain(place, message);
}

interface OpenOption {
  readonly at: number;
  readonly section: string;
  readonly key: string;
  readonly writtenKey: string;
  readonly parts: string[];
  last: number;
}

/** Python's reading of an INI file, line by line; `read` is called once for each line, in order. */
class LineReader {
  readonly items: (Item | OpenOption)[] = [];
  private section: string | undefined;
  private option: OpenOption | undefined;
  private indent = 0;
  private readonly headers = new Map<string, number>();
  private readonly options = new Map<string, number>();

  constructor(
    private readonly file: string | undefined,
    private readonly keyOf: (writtenKey: string) => string,
  ) {}

  read(line: string, at: number): void {
    const text = strip(line);
    if (text === '') {
      this.option?.parts.push('');
      return;
    }
    if (text.startsWith('#') || text.startsWith(';')) {
      this.items.push({ kind: 'comment', at });
      return;
    }
    const indent = countIndent(line);
    if (this.option && indent > this.indent) {
      this.option.parts.push(text);
      this.option.last = at;
      return;
    }
    this.indent = indent;
    // As greedy as Python's: `[a]b] x` is the section `a]b`.
    const end = text.lastIndexOf(']');
    if (text.startsWith('[') && end > 1) this.openSection(text.slice(1, end), at);
    else this.openOption(text, at);
  }

  private openSection(section: string, at: number): void {
    if (section.includes('\0')) this.refuseBinary(at);
    const before = this.headers.get(section);
    if (before !== undefined && section !== DEFAULT_SECTION) {
      const place = { file: this.file, section, line: at + 1 };
      refuse(place, `the section stands here a second time, after line ${before + 1}. Move its options into one section.`);
    }
    this.headers.set(section, at);
    this.section = section;
    this.option = undefined;
    this.items.push({ kind: 'section', at, name: section });
  }

  private openOption(text: string, at: number): void {
    const { section, file } = this;
    const delimiter = text.search(/[=:]/);
    if ((section === undefined || delimiter < 0 ? text : text.slice(0, delimiter)).includes('\0')) this.refuseBinary(at);
    if (section === undefined) {
      refuse(
        { file, line: at + 1 },
        'text before the first section. Write a section in brackets above it, such as [ticket], or make it a comment with #.',
      );
    }
    const place = { file, section, line: at + 1 };
    if (delimiter < 0) {
      refuse(
        place,
        'neither a section, an option nor a comment. Write name = value; indent it if it continues the value above; put # before it if it is a comment.',
      );
    }
    const writtenKey = stripEnd(text.slice(0, delimiter));
    if (writtenKey === '') refuse(place, 'the name before the = is missing. Write name = value.');
    const key = this.keyOf(writtenKey);
    const id = JSON.stringify([section, key]);
    const before = this.options.get(id);
    if (before !== undefined) {
      const sameness = this.keyOf('A') === this.keyOf('a') ? ' (upper and lower case are the same)' : '';
      refuse({ ...place, key }, `the option is set a second time, after line ${before + 1}${sameness}. Remove one of them.`);
    }
    this.options.set(id, at);
    this.option = { at, last: at, section, key, writtenKey, parts: [strip(text.slice(delimiter + 1))] };
    this.items.push(this.option);
  }

  private refuseBinary(at: number): never {
    refuse(
      { file: this.file, line: at + 1 },
      'the file has zero bytes where names should be: it is not a text file. Restore it from a backup.',
    );
  }
}

const close = (item: Item | OpenOption): Item => {
  if ('kind' in item) return item;
  const { parts, ...option } = item;
  return { kind: 'option', ...option, value: stripEnd(parts.join('\n')) };
};

/**
 * Reads lines as Python's ConfigParser does without interpolation, strictly: no inline comments, no quotes, `=` or `:`
 * whichever comes first, deeper-indented lines continue a value. Two names are the same option when `keyOf` says the same of
 * them. Throws a ConfigError that names the first bad line.
 */
export function readLines(text: string, file?: string, keyOf = (writtenKey: string) => writtenKey.toLowerCase()): LineModel {
  const lines = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
  const reader = new LineReader(file, keyOf);
  lines.forEach((line, at) => {
    reader.read(line.replace(/[\r\n]+$/, ''), at);
  });
  return { lines, items: reader.items.map(close) };
}
