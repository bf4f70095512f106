import { component, ISettings, ITicketManipulator, normaliseCc } from 'tracts';

/**
 * Who is to hear of a component's tickets is copied in when one is filed there, or moves there. Nobody is taken out again.
 *
 *     [components]
 *     component-cc.* = enabled
 *     [component-cc]
 *     network = alice, ops@example.org
 */
export const ComponentCc = component({
  doc: 'Copies people in by component, as [component-cc] in trac.ini says.',
  implements: [ITicketManipulator],
  uses: { settings: ISettings },
  sections: { 'component-cc': 'Who is copied in by component: COMPONENT = name, name.' },
  create: ({ settings }) => ({
    prepareTicket({ ticket }, form) {
      const before = ticket.exists ? ticket.values['component'] : undefined;
      const changes = (_inputs: unknown, after: Readonly<Record<string, unknown>>): { readonly cc?: string } => {
        const name = String(after['component'] ?? '');
        const more = name === '' || name === before ? '' : settings.get('component-cc', name);
        return more ? { cc: normaliseCc(`${after['cc'] ?? ''}, ${more}`) } : {};
      };
      // Stacked on each action there is, so that every door previews it and stores it in the same change.
      for (const { name, weight, specs } of [...form.actions.values()])
        if (specs.every(({ spec }) => spec.outcome !== 'gone')) form.offer({ name, weight, changes });
    },
  }),
});
