import {
  component,
  type Diagnosis,
  IDiagnostician,
  ISettings,
  ITicketFields,
  ITicketManipulator,
  initialValue,
  PROTECTED_FIELDS,
  type TicketForm,
} from 'tracts';

const SECTION = 'ticket-templates';
type Template = ReadonlyMap<string, string>;

/** `defect.priority = major`: the text behind type and field, both in lower case; what has no dot is in no template. */
function readTemplates(settings: ISettings): ReadonlyMap<string, Template> {
  const templates = new Map<string, Map<string, string>>();
  for (const [key, text] of settings.entries(SECTION)) {
    const dot = key.lastIndexOf('.');
    if (dot < 1) continue;
    const type = key.slice(0, dot);
    templates.set(type, (templates.get(type) ?? new Map()).set(key.slice(dot + 1), text));
  }
  return templates;
}

const lower = (value: unknown): string => (typeof value === 'string' ? value.trim().toLowerCase() : '');
const plain = (text: string): string => text.replace(/\r\n?/g, '\n').trim();

/** A description that is some type's template, untouched, becomes that of the chosen type. */
function followType({ fields }: TicketForm, template: Template, descriptions: ReadonlySet<string>): void {
  const field = fields.get('description');
  if (!field) return;
  const own = template.get('description') ?? '';
  const normalise = (text: string): string => (descriptions.has(plain(text)) ? own : text);
  fields.set('description', Object.assign({}, field, { normalise, help: template.get('help') ?? field.help }));
}

/**
 * What a new ticket begins with depends on its type: a description to fill in, other fields, a word of help. It is asked for by
 * an address such as /newticket?type=defect, or by choosing a type and “Preview”: a description that nobody touched follows.
 *
 *     [components]
 *     ticket-templates.* = enabled
 *     [ticket-templates]
 *     defect.description = What did you do?
 *       What happened instead of what?
 *     defect.help = Say which version you use.
 *     defect.priority = critical
 *     enhancement.description = Who needs it, and what for?
 */
export const TicketTemplates = component({
  doc: 'Fills in a new ticket by its type, as [ticket-templates] in trac.ini says.',
  implements: [ITicketManipulator, IDiagnostician],
  uses: { settings: ISettings, fields: ITicketFields },
  sections: { [SECTION]: 'What a new ticket begins with, by type: TYPE.FIELD = text, TYPE.help = text.' },
  create: ({ settings, fields }) => {
    const templates = readTemplates(settings);
    const descriptions = new Set([...templates.values()].flatMap((template) => plain(template.get('description') ?? '') || []));
    return {
      prepareTicket(ctx, form, submission) {
        if (ctx.ticket.exists) return;
        const sent = submission?.fields ?? {};
        const type = sent['type'] ?? sent['field_type'] ?? form.fields.get('type')?.value;
        const template: Template = templates.get(lower(type)) ?? new Map();
        for (const [name, text] of template) {
          const field = form.fields.get(name);
          if (!field || name === 'type' || PROTECTED_FIELDS.has(name)) continue;
          field.value = initialValue(Object.assign({}, field, { value: text }), fields.type, ctx);
        }
        followType(form, template, descriptions);
      },

      diagnose: () =>
        settings
          .entries(SECTION)
          .filter(([key]) => key.lastIndexOf('.') < 1)
          .map(
            ([key]): Diagnosis => ({
              severity: 'warning',
              message: `[${SECTION}] ${key}: this line names no field of a type.`,
              remedy: `Write type and field. Example: ${key}.description = ...`,
              place: settings.place(SECTION, key),
            }),
          ),
    };
  },
});
