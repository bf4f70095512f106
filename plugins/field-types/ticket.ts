import { type FieldType, InvalidValueError } from 'tracts';

/** The number of another ticket, typed `12` or `#12`; it must exist and the person must be allowed to view it. */
export const ticket: FieldType<number | ''> = {
  name: 'ticket',
  template: 'fields/ticket.njk',
  async parse(raw, field, ctx) {
    const typed = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.trim().replace(/^#/, '') : '';
    if (typed === '') return '';
    const id = /^[1-9]\d{0,9}$/.test(typed) ? Number(typed) : Number.NaN;
    if (Number.isNaN(id)) throw new InvalidValueError(`“${String(raw)}” is not a ticket number. Example: #12`);
    const row = id < 2 ** 31 ? ((await ctx.db('ticket').where({ id }).first('id')) as { id: number } | undefined) : undefined;
    // One sentence for both: what may not be seen must not be told apart from what is not there.
    if (!row || !ctx.can('TICKET_VIEW', { realm: 'ticket', id }))
      throw new InvalidValueError(`There is no ticket #${id} that you may view; ${field.label} needs one.`);
    return id;
  },
  serialise: String,
  deserialise: (stored) => (/^\d+$/.test(stored) ? Number(stored) : ''),
  display: (value) => (value === '' ? '' : `#${value}`),
};
