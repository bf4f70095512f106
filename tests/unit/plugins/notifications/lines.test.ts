import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { plainSettings } from '../../../../core/kernel/settings.ts';
import type { Directory } from '../../../../core/security/context.ts';
import { composeMail } from '../../../../plugins/notifications/compose.ts';
import { recipientMatcher } from '../../../../plugins/notifications/matcher.ts';
import { mentionsIn, newMentions } from '../../../../plugins/notifications/mentions.ts';
import { messageId } from '../../../../plugins/notifications/message-id.ts';
import { afterQuiet, whenToTell } from '../../../../plugins/notifications/moments.ts';
import { COLUMNS, propertyTable, widthOf, wrap } from '../../../../plugins/notifications/plain.ts';
import { decide, diagnoseRules, type Rule, readRules } from '../../../../plugins/notifications/rules.ts';
import type { INotificationSettings } from '../../../../plugins/notifications/settings.ts';
import { fillSubject, oneLine, strangeExpressions } from '../../../../plugins/notifications/subject.ts';

const directory: Directory = {
  people: new Map(
    [
      { name: 'ann', fullName: '', email: 'ann@example.org' },
      { name: 'b.en', fullName: '', email: '' },
      { name: 'gone', fullName: '', email: 'gone@example.org', disabled: true },
      { name: 'twin1', fullName: '', email: 'twin@example.org' },
      { name: 'twin2', fullName: '', email: 'twin@example.org' },
      { name: 'jörg', fullName: '', email: 'jörg@example.org' },
    ].map((person) => [person.name, person]),
  ),
  grants: new Map(),
};
const settings = { shortAddresses: false, defaultDomain: '', ignoreDomains: ['KRB.local'], admitDomains: [] as string[] };
const match = (name: string, more: object = {}) =>
  recipientMatcher(directory, { ...settings, ...more } as unknown as INotificationSettings)(name);

describe('whom a name stands for', () => {
  test.each([
    ['ann', { account: 'ann', address: 'ann@example.org' }],
    [' Ann@Example.org ', { account: 'ann', address: 'Ann@Example.org' }],
    ['jörg', { account: 'jörg', address: 'jörg@example.org' }],
    ['Joe Doe <joe@example.com>', { account: undefined, address: 'joe@example.com' }],
    ['twin@example.org', { account: undefined, address: 'twin@example.org' }],
    ['gone@example.org', { account: undefined, address: 'gone@example.org' }],
  ])('%s', (name, recipient) => expect(match(name)).toEqual(recipient));

  test.each([
    '',
    'anonymous',
    'gone',
    'b.en',
    'nobody',
    'jane@KRB.local',
    'jane@krb.LOCAL',
    'a@b',
    'two words',
    'a@b.c, d@e.f',
    'x@y.zz\r\nBcc: v@w.xx',
  ])('%j is nobody whom mail could reach', (name) => expect(match(name)).toBeUndefined());

  test('a default domain completes names, a short address stays one, and an admitted domain needs no dot', () => {
    expect(match('nobody', { defaultDomain: 'corp.example' })?.address).toBe('nobody@corp.example');
    expect(match('b.en', { defaultDomain: 'corp.example' })).toEqual({ account: 'b.en', address: 'b.en@corp.example' });
    expect(match('nobody', { shortAddresses: true, defaultDomain: 'x' })?.address).toBe('nobody');
    expect(match('x@localdomain', { admitDomains: ['localdomain'] })?.address).toBe('x@localdomain');
    expect(match('x@localadomain', { admitDomains: ['local.domain'] })).toBeUndefined();
  });

  test('no name takes long, whatever it is', () => {
    const begun = performance.now();
    for (const name of [
      'a@'.repeat(100),
      `a@${'a.'.repeat(120)}`,
      `a@${'a-'.repeat(120)}`,
      `${' '.repeat(250)}<`,
      `x ${'<'.repeat(200)}`,
    ])
      match(name);
    expect(performance.now() - begun).toBeLessThan(200);
  });
});

test('names with @ in a text are found once, outside code, and none that nobody has', () => {
  const find = (text: string) => mentionsIn(text, directory);
  expect(find('@ann, @b.en. (@jörg) @nobody @gone @ann')).toEqual(['ann', 'b.en', 'jörg']);
  expect(find('{{{ @ann }}} `@ann` ```\n@ann\n``` x@ann @@ann /@ann mail@ann.org')).toEqual([]);
  expect(newMentions('for @ann', 'for @ann and @jörg', directory)).toEqual(['jörg']);
  const begun = performance.now();
  for (const piece of ['{{{', '`', '@a', '@ann ', '```']) find(piece.repeat(100_000));
  expect(performance.now() - begun).toBeLessThan(2000);
});

describe('rules', () => {
  const rule = (adverb: Rule['adverb'], priority: number): Rule => ({ rule: 'R', adverb, priority, pace: 'now' });
  test('the smallest number decides, of equal ones the first; a stranger needs one that tells', () => {
    expect(decide([rule('always', 100), rule('never', 0)], false)).toBeUndefined();
    expect(decide([rule('always', 100), rule('never', 100)], false)).toMatchObject({ adverb: 'always' });
    expect(decide([rule('never', 100), rule('always', 100)], false)).toBeUndefined();
    expect(decide([rule('never', 0), rule('always', 100)], true)).toMatchObject({ adverb: 'always' });
    expect(decide([], false)).toBeUndefined();
  });

  test('trac.ini is read as Trac reads it, and what makes no sense is said', () => {
    const ini = plainSettings({
      'notification-subscriber': {
        b: 'TicketOwnerSubscriber',
        'b.adverb': 'never',
        'b.priority': '٠',
        a: 'TicketOwnerSubscriber',
        chat: 'TicketOwnerSubscriber',
        'chat.distributor': 'xmpp',
        x: 'TicketOwnerSubscribr',
        y: 'TicketOwnerSubscriber',
        'y.priority': 'high',
        'z.adverb': 'never',
        'a.colour': 'red',
      },
    });
    expect(readRules(ini).get('TicketOwnerSubscriber')).toEqual([
      { rule: 'TicketOwnerSubscriber', adverb: 'never', priority: 0, pace: 'now' },
      { rule: 'TicketOwnerSubscriber', adverb: 'always', priority: 100, pace: 'now' },
    ]);
    const told = diagnoseRules(ini, ['TicketOwnerSubscriber']).map(({ message }) => message);
    expect(told).toHaveLength(5);
    for (const part of ['xmpp', 'TicketOwnerSubscribr', 'high', 'no rule z', 'colour']) expect(told.join()).toContain(part);
  });
});

describe('moments', () => {
  const wishes = { format: '', quietFrom: '22:00', quietTo: '07:00', digestHour: 7 } as const;
  const at = (text: string) => new Date(`2026-01-15T${text}:00Z`);
  test.each([
    ['21:59', '21:59'],
    ['22:00', '07:00 next'],
    ['06:59', '07:00'],
    ['07:00', '07:00'],
  ])('quiet hours from 22 to 7: %s is told at %s', (from, to) => {
    const expected = at(to.slice(0, 5)).getTime() + (to.endsWith('next') ? 86_400_000 : 0);
    expect(afterQuiet(at(from), wishes, 'UTC').getTime()).toBe(expected);
  });

  test('they are the clocks of the person, also in the night in which clocks change', () => {
    expect(afterQuiet(at('21:30'), wishes, 'Europe/Zurich').toISOString()).toBe('2026-01-16T06:00:00.000Z');
    expect(afterQuiet(new Date('2026-03-28T22:00:00Z'), wishes, 'Europe/Zurich').toISOString()).toBe('2026-03-29T05:00:00.000Z');
    expect(afterQuiet(new Date('2026-10-24T21:00:00Z'), wishes, 'Europe/Zurich').toISOString()).toBe('2026-10-25T06:00:00.000Z');
    expect(afterQuiet(at('12:00'), { ...wishes, quietFrom: '', quietTo: '' }, 'UTC')).toEqual(at('12:00'));
  });

  test('digests come at the full hour, or once a day, but not in quiet hours', () => {
    expect(whenToTell(at('12:34'), 'hourly', wishes, 'UTC')).toEqual(at('13:00'));
    expect(whenToTell(at('21:30'), 'hourly', wishes, 'UTC').toISOString()).toBe('2026-01-16T07:00:00.000Z');
    expect(whenToTell(at('12:34'), 'daily', wishes, 'UTC').toISOString()).toBe('2026-01-16T07:00:00.000Z');
    expect(whenToTell(at('05:00'), 'daily', wishes, 'Asia/Kolkata').toISOString()).toBe('2026-01-16T01:30:00.000Z');
  });
});

test('subjects take words, never code, and stay on one line', () => {
  const parts = { words: { prefix: '[P]', summary: 'a\r\nBcc: x@y.zz\u202e' }, ticket: { id: '7', status: 'new' } };
  expect(fillSubject(`\${prefix} #\${ticket.id} $summary`, parts)).toBe('[P] #7 a Bcc: x@y.zz');
  expect(fillSubject(`\${prefix.constructor} \${ticket.__proto__} \${1+1} \${ticket.status}`, parts)).toBe('new');
  expect(fillSubject('x'.repeat(999), parts).length).toBeLessThan(310);
  expect(strangeExpressions(`\${prefix} \${1+1} \${ticket.id} $other`, ['prefix'])).toEqual([`\${1+1}`, '$other']);
});

test('an id has the form that Trac gives it, also for names beyond ASCII and digests that do not exist', () => {
  const source = { projectUrl: 'http://example.org/proj', from: 'trac@example.org', hash: 'md5', ticket: 1, reporter: 'bob' };
  expect(messageId(source, 0)).toBe('<038.8b0df8e3acfe970ed5f3a1c2fb5abe18@example.org>');
  expect(messageId({ ...source, reporter: 'böb' }, 0)).toBe(messageId({ ...source, reporter: 'bb' }, 0));
  expect(messageId({ ...source, hash: 'no such' }, 0)).toBe(messageId(source, 0));
  expect(messageId({ ...source, hash: 'sha256' }, 0)).toMatch(/^<038\.[0-9a-f]{64}@/);
});

describe('plain mails', () => {
  test('no line is wider than the mail, save for words that are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        for (const line of wrap(text, ' ', false).split('\n'))
          expect(widthOf(line, false) <= COLUMNS || !/\s/.test(line.trim())).toBe(true);
      }),
    );
    expect(wrap(`${'漢'.repeat(30)} ${'字'.repeat(30)}`, '', false).split('\n')).toHaveLength(2);
    expect(wrap('a\n\nb', '> ', false)).toBe('> a\n>\n> b');
  });

  test('properties stand in two columns as wide as characters are', () => {
    const table = propertyTable(
      [
        { label: 'Owner', text: '漢字' },
        { label: 'Type', text: 'x' },
        { label: 'Note', text: 'long '.repeat(20).trim() },
      ],
      false,
    ).split('\n');
    expect(table[1]?.indexOf('|')).toBe(35);
    expect(table.some((line) => line.startsWith(' Note:  long'))).toBe(true);
    expect(widthOf('é→', true)).toBeGreaterThan(widthOf('é→', false));
  });
});

test('nothing that people write begins a header line of its own', async () => {
  const nasty = fc.string({
    unit: fc.constantFrom('a', ' ', '\r', '\n', '\0', ':', '<', '>', '"', ',', '\u2028', '\u0085', 'é', '=?', '@'),
    maxLength: 60,
  });
  const evil = '\r\nBcc: victim@example.net\r\nX-Evil: yes\r\n\r\nbody';
  await fc.assert(
    fc.asyncProperty(nasty, nasty, nasty, async (subject, name, header) => {
      const content = await composeMail({
        from: { name: name + evil, address: 'from@example.org' },
        to: { name: header + evil, address: 'to@example.org' },
        subject: subject + evil,
        date: new Date(0),
        messageId: '<a@example.org>',
        root: '<b@example.org>',
        headers: { 'X-Trac-Project': header + evil, 'List-Id': name },
        text: `text${evil}`,
        html: `<p>${evil}</p>`,
        encoding: 'none',
      });
      const { headers, to, cc, bcc, from, messageId: id } = await PostalMime.parse(content);
      const keys = headers.map(({ key }) => key);
      expect(keys).not.toContain('bcc');
      expect(keys).not.toContain('x-evil');
      expect(new Set(keys).size).toBe(keys.length);
      expect([cc ?? [], bcc ?? [], to?.length, from?.address, id]).toEqual([[], [], 1, 'from@example.org', '<a@example.org>']);
    }),
    { numRuns: 300 },
  );
  expect(oneLine(evil)).not.toMatch(/[\r\n]/);
});
