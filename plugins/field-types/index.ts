import { component, ITicketFieldTypeProvider } from 'tracts';
import { checkbox, radio, select } from './choice.ts';
import { text, textarea } from './text.ts';
import { ticket } from './ticket.ts';
import { time } from './time.ts';

/** The field types that Trac has, and the reference to a ticket. */
export const StandardFieldTypes = component({
  doc: 'The field types text, textarea, checkbox, select, radio, time and ticket.',
  implements: [ITicketFieldTypeProvider],
  create: () => ({ getFieldTypes: () => [text, textarea, checkbox, select, radio, time, ticket] }),
});
