import { describe, expect, it } from 'vitest';
import { readArguments, type Shape, textFlag, UsageError, usageOf } from '../../../core/cli/arguments.ts';

const places = {
  isEnvironment: (dir: string) => dir === 'env' || dir === './env',
  isFile: (file: string) => file.endsWith('.json'),
};
const add: Shape = {
  name: 'user add',
  takesDir: true,
  arguments: ['NAME'],
  options: { email: 'ADDRESS' },
  switches: ['json'],
};
const show: Shape = { name: 'ticket show', takesDir: true, arguments: ['[N]'], switches: ['json'] };
const grant: Shape = { name: 'permission add', takesDir: true, arguments: ['SUBJECT', 'ACTION...'] };
const read = (shape: Shape, line: string) => readArguments(shape, line === '' ? [] : line.split(' '), places);

describe('DIR', () => {
  it.each([
    ['./env alice', './env', ['alice']],
    ['env alice', 'env', ['alice']],
    ['/srv/tickets alice', '/srv/tickets', ['alice']],
    ['.. alice', '..', ['alice']],
    ['alice', undefined, ['alice']],
    ['jane.doe', undefined, ['jane.doe']],
    ['later alice', 'later', ['alice']],
  ])('in “%s” is %s', (line, dir, positional) => {
    expect(read(add, line)).toEqual({ dir, positional, flags: {} });
  });

  it('is not taken from the arguments that a command may leave out', () => {
    expect(read(show, '12')).toMatchObject({ dir: undefined, positional: ['12'] });
    expect(read(show, 'env 12')).toMatchObject({ dir: 'env', positional: ['12'] });
    expect(read(show, 'env')).toMatchObject({ dir: 'env', positional: [] });
  });

  it('is not a file, though its name has a slash', () => {
    expect(read(show, './simulation.json')).toMatchObject({ dir: undefined, positional: ['./simulation.json'] });
  });

  it('stands before any number of arguments only when it looks like one', () => {
    expect(read(grant, 'env alice A B')).toMatchObject({ dir: 'env', positional: ['alice', 'A', 'B'] });
    expect(read(grant, 'alice A B')).toMatchObject({ dir: undefined, positional: ['alice', 'A', 'B'] });
  });

  it('is an argument like any other to a command that takes none', () => {
    expect(read({ name: 'x', takesDir: false, arguments: ['FILE'] }, './env')).toMatchObject({
      dir: undefined,
      positional: ['./env'],
    });
  });
});

describe('flags', () => {
  it('stand anywhere, with their value behind them or behind “=”', () => {
    expect(read(add, '--json alice --email a@example.org').flags).toEqual({ json: true, email: 'a@example.org' });
    expect(read(add, 'alice --email=a=b').flags).toEqual({ email: 'a=b' });
    expect(read(add, 'alice --email=').flags).toEqual({ email: '' });
    expect(textFlag(read(add, 'alice --email=x'), 'email')).toBe('x');
    expect(textFlag(read(add, 'alice --json'), 'json')).toBeUndefined();
  });

  it('end at “--”, and a negative number is none', () => {
    expect(read(add, '-- --json')).toMatchObject({ positional: ['--json'], flags: {} });
    expect(read(show, '-1').positional).toEqual(['-1']);
  });

  it.each([
    ['alice --emial x', 'There is no flag --emial. Did you mean --email?'],
    ['alice --zzzzzzz=1', 'There is no flag --zzzzzzz.'],
    ['alice -x', 'There is no flag -x.'],
    ['alice --email', 'The flag --email needs a value: --email ADDRESS'],
    ['alice --json=yes', 'The flag --json takes no value.'],
    ['', 'NAME is missing.'],
    ['env', 'NAME is missing.'],
    ['env alice bob', '“bob” is one argument too many.'],
  ])('in “%s” are refused with a sentence', (line, message) => {
    expect(() => read(add, line)).toThrow(UsageError);
    expect(() => read(add, line)).toThrow(message);
    expect(() => read(add, line)).toThrow(
      expect.objectContaining({ usage: 'tracts user add [DIR] NAME [--email ADDRESS] [--json]' }),
    );
  });

  it('are refused where the command has none', () => {
    expect(() => read(grant, 'alice')).toThrow('ACTION is missing.');
    expect(() => read(grant, 'alice A --json')).toThrow('There is no flag --json.');
    expect(() => readArguments({ name: 'x', takesDir: false }, ['y'], places)).toThrow('one argument too many');
  });
});

it('writes the line of help from what a command declares', () => {
  expect(usageOf(grant)).toBe('tracts permission add [DIR] SUBJECT ACTION...');
  expect(usageOf({ name: 'x', takesDir: false })).toBe('tracts x');
});
