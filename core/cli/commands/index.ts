import type { CoreCommand } from '../host.ts';
import { CONFIG_COMMANDS } from './config.ts';
import { ENVIRONMENT_COMMANDS } from './environment.ts';
import { FIELD_COMMANDS } from './fields.ts';
import { PERMISSION_COMMANDS } from './permission.ts';
import { PLUGIN_COMMANDS } from './plugin.ts';
import { TICKET_COMMANDS } from './ticket.ts';
import { USER_COMMANDS } from './user.ts';

/** The commands that work whatever plugins are on. */
export const CORE_COMMANDS: readonly CoreCommand[] = [
  ...ENVIRONMENT_COMMANDS,
  ...CONFIG_COMMANDS,
  ...USER_COMMANDS,
  ...PERMISSION_COMMANDS,
  ...PLUGIN_COMMANDS,
  ...FIELD_COMMANDS,
  ...TICKET_COMMANDS,
];
