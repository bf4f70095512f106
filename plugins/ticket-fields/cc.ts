import {
  component,
  type FieldType,
  ITicketFieldTypeProvider,
  ITicketManipulator,
  normaliseCc,
  type Submission,
  type TicketContext,
} from 'tracts';

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

const CONTROL = 'cc_update';
const isSent = (submission: Submission | undefined): boolean => Object.hasOwn(submission?.fields ?? {}, CONTROL);

/** Without TICKET_EDIT_CC a person may add and remove only himself (TF-14), whatever door he uses. */
export const CcToggle = component({
  doc: 'Without TICKET_EDIT_CC, people may add and remove only themselves in Cc.',
  implements: [ITicketManipulator, ITicketFieldTypeProvider],
  create: () => ({
    getFieldTypes: () => [ccToggle],
    prepareTicket(ctx: TicketContext, form, submission) {
      const cc = form.fields.get('cc');
      if (!cc) return;
      const mayEdit = cc.editable && (!ctx.ticket.exists || ctx.can('TICKET_EDIT_CC'));
      const isOffered = cc.editable && !mayEdit && ctx.user.authenticated;
      // Trac takes the box from whoever may change the field; those who may not are told so.
      if (!isOffered && !isSent(submission)) {
        cc.editable = mayEdit;
        return;
      }
      const before = cc.value;
      const own = (value: unknown): string | undefined =>
        value === toggled(before, ctx.user.name) ? undefined : 'You may add or remove only yourself in Cc.';
      form.fields.set('cc', {
        ...cc,
        editable: cc.editable && ctx.user.authenticated,
        type: 'cc-toggle',
        control: CONTROL,
        accept: mayEdit ? undefined : own,
      });
    },
  }),
});
