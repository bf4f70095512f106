import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editIni } from '../../../core/config/edit.ts';
import { readLines } from '../../../core/config/lines.ts';
import { parseIni } from '../../../core/config/parse.ts';
import { ConfigError } from '../../../core/kernel/errors.ts';
import { strip } from '../../../core/kernel/literals.ts';

describe('editIni', () => {
  it.each([
    ['keeps the spelling and spacing of the name', '[a]\nKey   =  v\nl = w\n', 'key', 'x', '[a]\nKey   =  x\nl = w\n'],
    ['keeps a tight spelling tight', '[a]\nk=v\n', 'k', 'x', '[a]\nk=x\n'],
    ['keeps a colon', '[a]\nk: v\n', 'k', 'x', '[a]\nk: x\n'],
    ['puts a blank before the first value of a spaced name', '[a]\nk =\nl=\nm:\n', 'k', 'x', '[a]\nk = x\nl=\nm:\n'],
    ['leaves no blank behind an empty value', '[a]\nk = v\n', 'k', '', '[a]\nk =\n'],
    ['keeps the line end of the file', '[a]\r\nk = v\r\n', 'l', 'x\ny', '[a]\r\nk = v\r\nl = x\r\n  y\r\n'],
    ['writes a value of several lines below each other', '[a]\nk = v\n', 'k', '\none\n\ntwo', '[a]\nk =\n  one\n\n  two\n'],
    ['keeps how far the further lines were indented', '[a]\nk = v,\n      w\n', 'k', 'x,\ny', '[a]\nk = x,\n      y\n'],
    ['moves comments between the lines above', '[a]\nk = v,\n# note\n  w\n', 'k', 'x', '[a]\n# note\nk = x\n'],
    [
      'adds after the last option, not after the comments below it',
      '[a]\nk = v\n\n# end\n[b]\n',
      'l',
      'x',
      '[a]\nk = v\nl = x\n\n# end\n[b]\n',
    ],
    ['indents as the option above', '[a]\n  k = v\n  [b]\n', 'l', 'x\ny', '[a]\n  k = v\n  l = x\n    y\n  [b]\n'],
    ['indents as what follows an empty section', '[a]\n  [b]\n', 'l', 'x', '[a]\n  l = x\n  [b]\n'],
    ['adds a line end that was missing', '[a]\nk = v', 'l', 'x', '[a]\nk = v\nl = x\n'],
    ['replaces in a last line without an end', '[a]\nk = v', 'k', 'x', '[a]\nk = x\n'],
    [
      'writes below the line of the example',
      '[a]\n# Help.\n#l = 1\n\n# More.\n#m = 2\n',
      'l',
      'x',
      '[a]\n# Help.\n#l = 1\nl = x\n\n# More.\n#m = 2\n',
    ],
    ['is not misled by a comment within a value', '[a]\nk = v\n#l = 1\n  w\n', 'l', 'x', '[a]\nk = v\n#l = 1\n  w\nl = x\n'],
    ['is not misled by the example of another section', '[b]\n#l = 1\n[a]\n', 'l', 'x', '[b]\n#l = 1\n[a]\nl = x\n'],
    ['makes a section at the end', '[b]\nk = v\n', 'l', 'x', '[b]\nk = v\n\n[a]\nl = x\n'],
    ['makes the first section of an empty file', '', 'l', 'x', '[a]\nl = x\n'],
    ['makes a section after a last line without an end', '# only', 'l', 'x', '# only\n\n[a]\nl = x\n'],
    ['does not gather blank lines', '[b]\nk = v\n\n', 'l', 'x', '[b]\nk = v\n\n[a]\nl = x\n'],
    [
      'removes an option with its further lines, not its comments',
      '[a]\nk = v\n# note\n  w\n\nl = x\n',
      'k',
      null,
      '[a]\n# note\n\nl = x\n',
    ],
    ['has nothing to remove', '[a]\nk = v\n', 'l', null, '[a]\nk = v\n'],
    ['takes a value with any line ends', '[a]\n', 'k', 'x\r\ny\rz', '[a]\nk = x\n  y\n  z\n'],
    ['takes a value that begins like a comment', '[a]\nk = v\n', 'k', '# x = [y]', '[a]\nk = # x = [y]\n'],
  ])('%s', (_what, text, key, value, result) => {
    expect(editIni(text, 'a', key, value)).toBe(result);
  });

  it.each([
    ['a value with blanks around it', 'k', ' v '],
    ['a value with blanks around one of its lines', 'k', 'v\n  w'],
    ['a value with a further line that looks like a comment', 'k', 'v\n# w'],
    ['a value with blank lines at its end', 'k', 'v\n\n'],
    ['a name with a delimiter', 'k=l', 'v'],
    ['a name like a section', '[k]', 'v'],
    ['a name like a comment', '#k', 'v'],
    ['an empty name', '', 'v'],
    ['a name with a line break', 'k\nl', 'v'],
    ['a name with a zero byte', 'k\0', 'v'],
    ['a value with half a surrogate pair', 'k', '\ud800'],
  ])('refuses %s', (_what, key, value) => {
    expect(() => editIni('[a]\nl = w\n', 'a', key, value)).toThrow(ConfigError);
  });

  it.each(['', 'a\nb'])('refuses the name of a section that cannot be written: %j', (section) => {
    expect(() => editIni('[a]\n', section, 'k', 'v')).toThrow(ConfigError);
  });

  it('refuses a text that does not parse, naming the file', () => {
    expect(() => editIni('[a]\nbad\n', 'a', 'k', 'v', '/x/site.ini')).toThrow('site.ini, line 2');
  });

  const name = fc.constantFrom('k', 'l.m', 'Key', 'größe', '__proto__', '1');
  const section = fc.constantFrom('a', 'b', 'a.b', ' x ', 'DEFAULT', '__proto__');
  const blanks = fc.constantFrom('', ' ', '  ', '\t');
  const part = fc.oneof(fc.constantFrom('v', '# x', 'a = b', '[x]', '"q"', 'x;y', 'true', '=', ''), fc.string({ maxLength: 5 }));
  const line = fc.oneof(
    fc.tuple(blanks, name, fc.constantFrom('=', ' = ', ':', ' :  '), part).map((parts) => parts.join('')),
    fc.tuple(blanks, fc.constantFrom('# note', '; note', '#k = 1', '#l.m=2')).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('  ', '\t ', '     '), part).map((parts) => parts.join('')),
    fc
      .tuple(
        blanks,
        section.map((text) => `[${text}]`),
      )
      .map((parts) => parts.join('')),
    fc.constantFrom('', '  '),
  );
  const parses = (text: string): boolean => {
    try {
      parseIni(text);
      return true;
    } catch {
      return false;
    }
  };
  const eol = fc.constantFrom('\n', '\r\n', '\r');
  const file = fc
    .tuple(fc.array(line, { maxLength: 14 }), eol, fc.boolean())
    .map(([lines, end, last]) => ['[top]', ...lines].join(end) + (last ? end : ''))
    .filter(parses);
  const value = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('\n'));

  const valuesOf = (text: string): Map<string, string> => {
    const found = new Map<string, string>();
    for (const [title, { values }] of parseIni(text).sections) {
      for (const [key, entry] of values) found.set(JSON.stringify([title, key]), entry.value);
    }
    return found;
  };
  const commentsOf = (text: string): string[] => {
    const { lines, items } = readLines(text);
    return items.filter(({ kind }) => kind === 'comment').map(({ at }) => strip(lines[at] ?? ''));
  };

  it('changes one value, keeps every other, and loses no comment, whatever the file', () => {
    let done = 0;
    fc.assert(
      fc.property(file, section, name, fc.option(value), (text, title, key, wanted) => {
        let edited: string;
        try {
          edited = editIni(text, title, key, wanted);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          return;
        }
        done++;
        const expected = valuesOf(text);
        const id = JSON.stringify([title, key.toLowerCase()]);
        if (wanted === null) expected.delete(id);
        else expected.set(id, wanted.replace(/\r\n?/g, '\n'));
        expect(Object.fromEntries(valuesOf(edited))).toEqual(Object.fromEntries(expected));
        expect(commentsOf(edited).sort()).toEqual(commentsOf(text).sort());
      }),
      { numRuns: 1500 },
    );
    expect(done).toBeGreaterThan(500);
  });

  it('can always write a plain value', () => {
    fc.assert(
      fc.property(file, section, name, (text, title, key) => {
        const edited = editIni(text, title, key, 'plain');
        expect(valuesOf(edited).get(JSON.stringify([title, key.toLowerCase()]))).toBe('plain');
        expect(editIni(edited, title, key, 'plain')).toBe(edited);
      }),
      { numRuns: 1500 },
    );
  });

  it('touches no other line when it changes a value in one line', () => {
    fc.assert(
      fc.property(file, (text) => {
        const { lines, items } = readLines(text);
        const option = items.find((item) => item.kind === 'option' && item.at === item.last);
        if (option?.kind !== 'option' || !/[\r\n]$/.test(text)) return;
        const edited = readLines(editIni(text, option.section, option.key, 'plain')).lines;
        expect(edited.filter((_line, at) => at !== option.at)).toEqual(lines.filter((_line, at) => at !== option.at));
      }),
      { numRuns: 500 },
    );
  });
});
