import { component, ITicketFieldProvider, option } from 'tracts';

/**
 * A field of boxes: on which platforms does it happen? A ticket keeps a platform that has left the list.
 *
 *     [components]
 *     affected-platforms.* = enabled
 *     [affected-platforms]
 *     platforms = Linux, macOS, Windows
 */
export const AffectedPlatforms = component({
  doc: 'Adds the field “Platforms”: any number of those that trac.ini lists.',
  implements: [ITicketFieldProvider],
  options: {
    platforms: option.list('affected-platforms', 'platforms', ['Linux', 'macOS', 'Windows'], 'Platforms to choose from.'),
  },
  create: ({ options: { platforms } }) => ({
    getTicketFields: () =>
      platforms.length > 0 ? [{ name: 'platforms', type: 'checkbox-set', label: 'Platforms', options: platforms }] : [],
  }),
});
