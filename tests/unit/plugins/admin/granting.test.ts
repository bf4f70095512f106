import { expect, test } from 'vitest';
import { isPermission } from '../../../../plugins/admin/granting.ts';

test.each([
  ['TICKET_VIEW', true],
  ['X1', true],
  ['dev', false],
  ['Dev', false],
  // Without letters there are no capitals.
  ['123', false],
])('%s is a permission: %s', (name, expected) => {
  expect(isPermission(name)).toBe(expected);
});
