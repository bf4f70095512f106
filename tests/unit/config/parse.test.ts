import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../core/config/lines.ts';
import { decodeIni, MAX_SIZE, parseIni } from '../../../core/config/parse.ts';
import { ConfigError } from '../../../core/kernel/errors.ts';

const failure = (action: () => unknown): ConfigError => {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

let count = 0;

const entries = (text: string, section: string) => {
  const values = parseIni(text).sections.get(section)?.values ?? [];
  return [...values].map(([key, { value, line }]) => [key, value, line]);
};

describe('parseIni', () => {
  it('keeps the line number of every section and option, comments and blank lines counted', () => {
    const text = '# top\n\n[a]\nk = v\n; note\nl = one\n  two\n\nm = w\r\n[b]\rn = x\n';
    expect(entries(text, 'a')).toEqual([
      ['k', 'v', 4],
      ['l', 'one\ntwo', 6],
      ['m', 'w', 9],
    ]);
    expect(parseIni(text).sections.get('b')?.line).toBe(10);
    expect(entries(text, 'b')).toEqual([['n', 'x', 11]]);
  });

  it('cuts a value at no comment sign, quote or backslash', () => {
    expect(entries(`[a]\nk = a;b # c\nl = "x"\nm = 'y\nn = \\;\\\n`, 'a').map(([, value]) => value)).toEqual([
      'a;b # c',
      '"x"',
      "'y",
      '\\;\\',
    ]);
  });

  it('knows no other types than text', () => {
    expect(entries('[a]\nk = true\nl = null\nm = 1\nn = {"a":1}\n', 'a').map(([, value]) => value)).toEqual([
      'true',
      'null',
      '1',
      '{"a":1}',
    ]);
  });

  it('keeps number-like and list-like names in file order', () => {
    expect(entries('[a]\n2 = x\n1 = y\nk[] = z\n', 'a').map(([key]) => key)).toEqual(['2', '1', 'k[]']);
  });

  it('takes names of prototypes as names', () => {
    const text = '[__proto__]\n__proto__ = a\nconstructor = b\n[constructor]\ntostring = c\n';
    expect(entries(text, '__proto__')).toEqual([
      ['__proto__', 'a', 2],
      ['constructor', 'b', 3],
    ]);
    expect(entries(text, 'constructor')).toEqual([['tostring', 'c', 5]]);
    expect('a' in {}).toBe(false);
  });

  it('lets [DEFAULT] stand more than once', () => {
    expect(entries('[DEFAULT]\nk = v\n[a]\n[DEFAULT]\nl = w\n', 'DEFAULT')).toEqual([
      ['k', 'v', 2],
      ['l', 'w', 5],
    ]);
  });

  it('keeps zero bytes in a value, as Trac does', () => {
    expect(entries('[a]\nk = a\0b\n', 'a')).toEqual([['k', 'a\0b', 2]]);
  });

  it.each([
    ['a second section of one name', '[a]\nk = v\n[b]\n[a]\n', { section: 'a', line: 4 }, 'after line 1'],
    ['a second option of one name', '[a]\nk = v\n\nk = w\n', { section: 'a', key: 'k', line: 4 }, 'after line 2'],
    ['a second option that differs in case', '[a]\nk = v\nK = w\n', { section: 'a', key: 'k', line: 3 }, 'Remove one'],
    ['an option before the first section', '# x\nk = v\n', { line: 2 }, 'before the first section'],
    ['a line that is nothing', '[a]\nk = v\nsecret\n', { section: 'a', line: 3 }, 'Write name = value'],
    ['a section without its end', '[a]\n[b\n', { section: 'a', line: 2 }, 'Write name = value'],
    ['an option without a name', '[a]\n = v\n', { section: 'a', line: 2 }, 'name before the = is missing'],
    ['a byte order mark', '\ufeff[a]\n', { line: 1 }, 'byte order mark'],
    ['a zero byte in a section', '[a\0]\n', { line: 1 }, 'not a text file'],
    ['a zero byte in a name', '[a]\nk\0 = v\n', { line: 2 }, 'not a text file'],
    ['a zero byte before the first section', 'k = \0\n', { line: 1 }, 'not a text file'],
    ['a zero byte without a delimiter', '[a]\n\0\n', { line: 2 }, 'not a text file'],
    ['half a surrogate pair', '[a]\nk = \ud800\n', {}, 'surrogate'],
  ])('refuses %s and says where', (_what, text, place, words) => {
    const error = failure(() => parseIni(text, '/srv/env/conf/trac.ini'));
    expect(error.place).toMatchObject({ file: '/srv/env/conf/trac.ini', ...place });
    expect(error.message).toMatch(/^trac\.ini[,:] /);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('/srv');
  });

  it('does not repeat the text of a bad line, which may be a password', () => {
    expect(failure(() => parseIni('[a]\nsmtp_password hunter2\n')).message).not.toContain('hunter2');
  });

  it('refuses what is too big, by name of the unit', () => {
    expect(failure(() => parseIni(`[a]\nk = ${'x'.repeat(MAX_SIZE)}\n`)).message).toContain('1.0 MB');
  });

  it('is not held up by long runs of blanks', () => {
    const started = performance.now();
    const blanks = ' '.repeat(500_000);
    expect(readLines(`[a]\nk${blanks}l = v${blanks}w\n`).items).toHaveLength(2);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each([
    ['options', `[a]\n${'x = y\n'.repeat(10_001).replace(/x/g, () => `x${count++}`)}`, 10_002, 'more than 10,000 options'],
    ['sections', '[x]\n'.repeat(1_001).replace(/x/g, () => `x${count++}`), 1_001, 'more than 1,000 sections'],
    [
      'options for every section',
      `[DEFAULT]\n${'x = y\n'.repeat(101).replace(/x/g, () => `x${count++}`)}`,
      102,
      'more than 100 options in [DEFAULT]',
    ],
    ['characters in a value', `[a]\nb = c\nk = ${'v'.repeat(100_001)}\n`, 3, 'the value has more than 100,000 characters'],
    ['characters in the name of an option', `[a]\n${'k'.repeat(1_001)} = v\n`, 2, 'the name has more than 1,000 characters'],
    ['characters in the name of a section', `\n[${'k'.repeat(1_001)}]\n`, 2, 'the name has more than 1,000 characters'],
  ])('refuses more %s than anybody means, with the line', (_what, text, line, message) => {
    const error = failure(() => parseIni(text));
    expect(error.place.line).toBe(line);
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(200);
  });

  it('reads as many as are allowed', () => {
    const text = `[a]\n${'x = y\n'.repeat(9_999).replace(/x/g, () => `x${count++}`)}k = ${'v'.repeat(100_000)}\n`;
    expect(entries(text, 'a')).toHaveLength(10_000);
  });

  it('either reads a text or refuses it with a ConfigError', () => {
    const piece = fc.oneof(
      fc.constantFrom('[a]', '[b]\n', 'k', 'l = v\n', '=', ':', '\n', '\r\n', '  ', '# c\n', ';', '__proto__', '\u2028', '"'),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        try {
          for (const [, { values }] of parseIni(text).sections) for (const [key] of values) expect(key).toBe(key.toLowerCase());
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('readLines', () => {
  it('loses no character of the file', () => {
    const text = '# a\r\n[s]\n\n k : v\r  more\n l = w\u2028';
    expect(readLines(text).lines.join('')).toBe(text);
  });
});

describe('decodeIni', () => {
  it('gives the text of UTF-8 bytes, a byte order mark included', () => {
    expect(decodeIni(Buffer.from('\ufeffgröße'))).toBe('\ufeffgröße');
  });

  it('names the line of the first character that is no UTF-8', () => {
    const error = failure(() => decodeIni(Buffer.from([...Buffer.from('[a]\nk = é\nl = '), 0xe9, 10, 0x5b]), 'trac.ini'));
    expect(error.place).toEqual({ file: 'trac.ini', line: 3 });
    expect(error.message).toContain('not UTF-8');
  });

  it('says so when a file is binary', () => {
    const error = failure(() => decodeIni(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe])));
    expect(error.message).toContain('binary');
    expect(error.place.line).toBe(1);
  });

  it('refuses five megabytes', () => {
    expect(failure(() => decodeIni(new Uint8Array(5 * 1024 * 1024))).message).toContain('5.0 MB');
  });
});
