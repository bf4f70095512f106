import { component, ITicketFieldTypeProvider, ITicketService } from 'tracts';
import { email, url } from './address.ts';
import { checkbox, checkboxSet, radio, select } from './choice.ts';
import { date } from './date.ts';
import { duration } from './duration.ts';
import { money } from './money.ts';
import { number, percent } from './number.ts';
import { user, userList } from './people.ts';
import { text, textarea } from './text.ts';
import { ticketListType, ticketType } from './ticket.ts';
import { datetime, time } from './time.ts';

/** The field types that Trac has. */
export const StandardFieldTypes = component({
  doc: 'The field types text, textarea, checkbox, select, radio and time.',
  implements: [ITicketFieldTypeProvider],
  create: () => ({ getFieldTypes: () => [text, textarea, checkbox, select, radio, time] }),
});

/** Numbers, days, lengths of time, addresses and choices beyond Trac's. */
export const FurtherFieldTypes = component({
  doc: 'The field types checkbox-set, number, money, percent, date, datetime, duration, url and email.',
  implements: [ITicketFieldTypeProvider],
  create: () => ({ getFieldTypes: () => [checkboxSet, number, money, percent, date, datetime, duration, url, email] }),
});

/** References to people and to other tickets. */
export const ReferenceFieldTypes = component({
  doc: 'The field types user, user-list, ticket and ticket-list.',
  implements: [ITicketFieldTypeProvider],
  uses: { tickets: ITicketService },
  create: ({ tickets }) => {
    const types = [user, userList, ticketType(tickets), ticketListType(tickets)];
    return { getFieldTypes: () => types };
  },
});

export { Completion } from './completion.ts';
