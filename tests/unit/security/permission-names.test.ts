import { expect, test } from 'vitest';
import { isPermissionName } from '../../../core/index.ts';

test.each([
  ['TICKET_VIEW', true],
  ['X1', true],
  ['dev', false],
  ['Dev', false],
  // Without letters there are no capitals.
  ['123', false],
])('%s is a permission: %s', (name, expected) => {
  expect(isPermissionName(name)).toBe(expected);
});
