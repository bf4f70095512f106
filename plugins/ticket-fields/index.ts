export { BuiltinFields } from './builtin.ts';
export { CcToggle } from './cc.ts';
export { CustomFields } from './custom.ts';
export { MilestoneRights } from './milestone.ts';
