import { isPermissionName } from './permission-graph.ts';

const LONGEST = 64;
/** Names with a meaning of their own; `tracts` is who jobs and the command line act as. */
const RESERVED: readonly string[] = ['anonymous', 'authenticated', 'tracts'];

/** What is wrong with a name for an account, in a sentence; undefined: nothing. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'The name is empty.';
  if (name.length > LONGEST) return `The name is too long: ${LONGEST} characters at most.`;
  if (/[\s\p{C}\p{Z},:;*"<>|]/u.test(name))
    return 'The name must not contain spaces, control characters or any of , : ; * " < > |';
  if (name !== name.normalize('NFC')) return 'The name must be in composed Unicode form (NFC).';
  if (/^[@!$]/.test(name)) return 'The name must not begin with @, ! or $.';
  if (RESERVED.includes(name.toLowerCase())) return `The name ${name} has a meaning of its own. Choose another.`;
  if (isPermissionName(name)) return 'The name would read as a permission: use a lower-case letter at least once.';
  return undefined;
}
