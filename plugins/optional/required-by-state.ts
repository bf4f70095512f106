import {
  component,
  type Diagnosis,
  IDiagnostician,
  ISettings,
  ITicketActionController,
  ITicketManipulator,
  isEmpty,
  labelOf,
  nearest,
} from 'tracts';

const SECTION = 'required-by-state';

/**
 * Fields that must not be empty in a state: neither does an action lead there without them, nor can they be emptied there.
 * Tickets that are in the state already can be worked on without them. Fields that are not defined (any more) are not asked for.
 *
 *     [components]
 *     required-by-state.* = enabled
 *     [required-by-state]
 *     assigned = owner, milestone
 *     closed = keywords
 */
export const RequiredByState = component({
  doc: 'Requires fields by the state that a ticket is brought into, as [required-by-state] in trac.ini says.',
  implements: [ITicketManipulator, IDiagnostician],
  uses: { settings: ISettings, controllers: ITicketActionController },
  sections: { [SECTION]: 'Fields that a status needs: STATUS = field, field.' },
  create: ({ settings, controllers }) => {
    const split = (text: string): readonly string[] => text.split(',').flatMap((name) => name.trim() || []);
    const needed = new Map(settings.entries(SECTION).map(([status, text]) => [status, split(text)]));
    return {
      *validateTicket({ ticket }, { after, changed }) {
        const status = String(after['status'] ?? '');
        const isEntered = !ticket.exists || changed.has('status');
        for (const name of needed.get(status.toLowerCase()) ?? [])
          if (Object.hasOwn(after, name) && isEmpty(after[name]) && (isEntered || changed.has(name)))
            yield { field: `field_${name}`, message: `${labelOf(name)} is needed where the status is ${status}.` };
      },

      diagnose() {
        const known = [...controllers].flatMap((one) => one.getAllStatus?.() ?? []).map((status) => status.toLowerCase());
        return [...needed.keys()]
          .filter((status) => !known.includes(status))
          .map((status): Diagnosis => {
            const near = nearest(status, known);
            const message = `[${SECTION}] ${status}: no action leads to such a status; the line does nothing.`;
            const remedy = near ? `Did you mean ${near}?` : `Known: ${[...new Set(known)].sort().join(', ')}`;
            return { severity: 'warning', message, remedy, place: settings.place(SECTION, status) };
          });
      },
    };
  },
});
