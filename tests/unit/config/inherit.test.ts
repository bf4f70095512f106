import { describe, expect, it } from 'vitest';
import { showConfiguration } from '../../../core/config/commands.ts';
import { makeFolder } from './folder.ts';

const PARENT = '[a]\nk = 1\n';

/** Everything but [inherit] itself. */
function sectionsOf(files: Readonly<Record<string, string>>): unknown {
  const shown = showConfiguration(makeFolder({ 'p.ini': PARENT, 'q.ini': '[a]\nk = 2\nl = 3\n', ...files })('trac.ini'));
  if ('error' in shown) return shown.error.line;
  return Object.fromEntries(Object.entries(shown.sections).filter(([name]) => name !== 'inherit'));
}

// Answers are those of Python's parser, asked as Trac 1.6 asks it.
describe('[inherit] file', () => {
  it.each<readonly [string, string, unknown]>([
    ['one file', 'file = p.ini', { a: { k: '1' } }],
    ['a colon', 'file: p.ini', { a: { k: '1' } }],
    ['capitals', 'FILE = p.ini', { a: { k: '1' } }],
    ['a way around', 'file = sub/../p.ini', { a: { k: '1' } }],
    ['two, and nothing between commas', 'file = p.ini,, q.ini,', { a: { k: '1', l: '3' } }],
    ['commas at line ends', 'file = q.ini,\n  p.ini', { a: { k: '2', l: '3' } }],
    ['one twice', 'file = p.ini, p.ini', { a: { k: '1' } }],
    ['line ends without commas, which are one name', 'file = p.ini\n  q.ini', {}],
    ['quotes, which belong to the name', 'file = "p.ini"', {}],
    ['a remark, which belongs to the name', 'file = p.ini ; ours', {}],
    ['a home folder, which is not looked up', 'file = ~/p.ini', {}],
    ['nothing', 'file =', {}],
    ['a comma', 'file = ,', {}],
  ])('with %s', (_what, line, expected) => {
    expect(sectionsOf({ 'trac.ini': `[inherit]\n${line}\n` })).toEqual(expected);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, unknown]>([
    [
      'is found through [DEFAULT] where [inherit] stands',
      { 'trac.ini': '[DEFAULT]\nfile = p.ini\n[inherit]\n' },
      { a: { k: '1' } },
    ],
    ['is not, where it does not', { 'trac.ini': '[DEFAULT]\nfile = p.ini\n[b]\n' }, { b: { file: 'p.ini' } }],
    ['is no option of [Inherit]', { 'trac.ini': '[Inherit]\nfile = p.ini\n' }, { Inherit: { file: 'p.ini' } }],
    [
      'tells sections apart by case, and options not',
      { 'trac.ini': '[inherit]\nfile = r.ini\n[A]\nk = 0\n[a]\n', 'r.ini': '[a]\nK = 7\n' },
      { A: { k: '0' }, a: { k: '7' } },
    ],
    [
      'may name a parent whose own parent is missing',
      { 'trac.ini': '[inherit]\nfile = r.ini\n', 'r.ini': '[inherit]\nfile = none/none.ini\n[b]\nx = 1\n' },
      { b: { x: '1' } },
    ],
    ['with a mistake in the parent is refused', { 'trac.ini': '[inherit]\nfile = r.ini\n', 'r.ini': '\ufeff[a]\nk = 1\n' }, 1],
    [
      'with a repetition in the parent is refused',
      { 'trac.ini': '[inherit]\nfile = r.ini\n', 'r.ini': '[a]\nk = 1\nK = 2\n' },
      3,
    ],
  ])('%s', (_what, files, expected) => {
    expect(sectionsOf(files)).toEqual(expected);
  });
});
