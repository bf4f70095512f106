import { describe, expect, test } from 'vitest';
import { maskPassword, parseDatabaseUrl } from '../../../core/db/database-url.ts';

describe('[trac] database', () => {
  test.each(['', 'mysql://u:secret@h/db', 'sqlite:', 'postgres://', 'postgres://host', 'tracts.db', 'postgres://[bad/x'])(
    'refuses %j with an example of what to write and without passwords',
    (url) => {
      expect(() => parseDatabaseUrl(url, '/env')).toThrow(/sqlite:db\/tracts\.db/);
      expect(() => parseDatabaseUrl(url, '/env')).not.toThrow(/secret/);
    },
  );

  test('paths of SQLite are relative to the environment', () => {
    expect(parseDatabaseUrl('sqlite:db/tracts.db', '/env')).toEqual({ dialect: 'sqlite', file: '/env/db/tracts.db' });
    expect(parseDatabaseUrl('sqlite:/var/x.db', '/env')).toEqual({ dialect: 'sqlite', file: '/var/x.db' });
    expect(parseDatabaseUrl('sqlite:///var/x.db', '/env')).toEqual({ dialect: 'sqlite', file: '/var/x.db' });
  });

  test('an address is shown without its password, which the driver still gets', () => {
    const url = 'postgres://joe:s3cret@db.example.org:5433/tracts?application_name=x&schema=a';
    expect(maskPassword(url)).toBe('postgres://joe:***@db.example.org:5433/tracts?application_name=x&schema=a');
    expect(maskPassword('postgres://joe@host/x')).toBe('postgres://joe@host/x');
    expect(parseDatabaseUrl(url, '/')).toEqual({
      dialect: 'postgres',
      url: 'postgres://joe:s3cret@db.example.org:5433/tracts?application_name=x',
      schema: 'a',
    });
  });
});
