import { component, type FieldType, ITicketFieldTypeProvider, ITicketManipulator, normaliseCc, type TicketContext } from 'tracts';

const entries = (cc: unknown): string[] => (typeof cc === 'string' && cc ? cc.split(/,\s*/) : []);

/** The cc list with the person added, or taken out. */
function toggled(cc: unknown, name: string): string {
  const list = entries(cc);
  return normaliseCc((list.includes(name) ? list.filter((one) => one !== name) : [...list, name]).join(', '));
}

/** Shown as one box, “add me” or “remove me”; posted as `on`, or as the whole list by a program. */
const ccToggle: FieldType<string> = {
  name: 'cc-toggle',
  template: 'fields/cc-toggle.njk',
  parse: (raw, field, ctx) => (raw === 'on' ? toggled(field.value, ctx.user.name) : normaliseCc(String(raw ?? ''))),
  serialise: (value) => value,
  deserialise: (stored) => stored,
  present: (value, _field, ctx) => ({ member: entries(value).includes(ctx.user.name) }),
};

/** Without TICKET_EDIT_CC a person may add and remove only himself (TF-14), whatever door he uses. */
export const CcToggle = component({
  doc: 'Without TICKET_EDIT_CC, people may add and remove only themselves in Cc.',
  implements: [ITicketManipulator, ITicketFieldTypeProvider],
  create: () => ({
    getFieldTypes: () => [ccToggle],
    prepareTicket(ctx: TicketContext, form) {
      const cc = form.fields.get('cc');
      if (!cc?.editable || !ctx.ticket.exists || ctx.can('TICKET_EDIT_CC')) return;
      if (!ctx.user.authenticated) {
        cc.editable = false;
        return;
      }
      const before = cc.value;
      form.fields.set('cc', {
        ...cc,
        type: 'cc-toggle',
        control: 'cc_update',
        accept: (value) => (value === toggled(before, ctx.user.name) ? undefined : 'You may add or remove only yourself in Cc.'),
      });
    },
  }),
});
