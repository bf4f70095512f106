import { expect, it } from 'vitest';
import {
  diagnosisAsJson,
  errorAsJson,
  printable,
  printableDiagnosis,
  printTable,
  reportDiagnoses,
} from '../../../core/cli/output.ts';
import { ConfigError, type Diagnosis } from '../../../core/kernel/errors.ts';

class Paper {
  readonly lines: string[] = [];
  readonly mistakes: string[] = [];
  readonly out = (line: string): void => void this.lines.push(line);
  readonly err = (line: string): void => void this.mistakes.push(line);
}

it('shows what would steer the terminal as dots, and leaves line breaks and tabs', () => {
  expect(printable('a\u001b[31mb\u0007\u009b\u202ec\n\td')).toBe('a·[31mb···c\n\td');
});

it('prints a table in columns, one line a row whatever a cell holds', () => {
  const paper = new Paper();
  printTable(
    paper,
    ['NAME', 'WHAT'],
    [
      ['a\nb', 'x'],
      ['longer', ''],
    ],
    'nothing',
  );
  expect(paper.lines).toEqual(['NAME    WHAT', 'a b     x', 'longer']);
});

it('says so when a table is empty', () => {
  const paper = new Paper();
  printTable(paper, ['NAME'], [], 'Nobody.');
  expect(paper.lines).toEqual(['Nobody.']);
});

const bad: Diagnosis = {
  severity: 'error',
  message: 'This is wrong',
  remedy: 'Mend it.',
  place: { file: 'trac.ini', section: 'ticket', key: 'x', line: 3 },
};
const odd: Diagnosis = { severity: 'warning', message: 'trac.ini, line 4: odd.', place: { line: 4 } };

it('describes a diagnosis with its place, once', () => {
  expect(printableDiagnosis(bad)).toBe('error: trac.ini, line 3, [ticket] x: This is wrong. Mend it.');
  expect(printableDiagnosis(odd)).toBe('warning: trac.ini, line 4: odd.');
});

it('gives programs every part of a diagnosis', () => {
  expect(diagnosisAsJson(bad)).toEqual({
    line: 3,
    file: 'trac.ini',
    section: 'ticket',
    key: 'x',
    severity: 'error',
    message: 'This is wrong',
    remedy: 'Mend it.',
  });
  expect(diagnosisAsJson({ severity: 'warning', message: 'odd' })).toMatchObject({ line: null, file: null, remedy: null });
});

it('answers 1 for errors and 0 for less', () => {
  const paper = new Paper();
  expect(reportDiagnoses(paper, [bad, odd], false, 'well')).toBe(1);
  expect(reportDiagnoses(paper, [odd], false, 'well')).toBe(0);
  expect(reportDiagnoses(paper, [], false, 'well')).toBe(0);
  expect(paper.lines.at(-1)).toBe('well');
  expect(reportDiagnoses(paper, [], true, 'well')).toBe(0);
  expect(paper.lines.at(-1)).toBe('[]');
});

it('tells programs the line of a file that cannot be used', () => {
  expect(errorAsJson(new ConfigError('bad', { line: 7 }))).toEqual({ error: { message: 'bad', line: 7 } });
  expect(errorAsJson(new Error('bad'))).toEqual({ error: { message: 'bad', line: null } });
});
