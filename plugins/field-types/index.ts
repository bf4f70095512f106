import { component, type FieldType, IPages, ITicketFieldTypeProvider, ITicketService } from 'tracts';
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

/** The type, which proposes nothing while no page answers what might be meant. */
function proposing<V>(type: FieldType<V>, pages: IPages): FieldType<V> {
  const { present } = type;
  if (!present) return type;
  const silent = (extra: Readonly<Record<string, unknown>>) => (extra['completes'] ? { ...extra, completes: false } : extra);
  return {
    ...type,
    present(value, field, ctx) {
      const extra = present.call(type, value, field, ctx);
      // `Completion` serves all of them.
      if (pages.has('/complete/user')) return extra;
      return extra instanceof Promise ? extra.then(silent) : silent(extra);
    },
  };
}

/** The field types that Trac has. */
export const StandardFieldTypes = component({
  doc: 'The field types text, textarea, checkbox, select, radio and time.',
  implements: [ITicketFieldTypeProvider],
  uses: { pages: IPages },
  create: ({ pages }) => {
    const types = [proposing(text, pages), textarea, checkbox, select, radio, time];
    return { getFieldTypes: () => types };
  },
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
  uses: { tickets: ITicketService, pages: IPages },
  create: ({ tickets, pages }) => {
    const types = [
      proposing(user, pages),
      proposing(userList, pages),
      proposing(ticketType(tickets), pages),
      proposing(ticketListType(tickets), pages),
    ];
    return { getFieldTypes: () => types };
  },
});

export { Completion } from './completion.ts';
