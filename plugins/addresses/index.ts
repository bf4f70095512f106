import { component, option } from 'tracts';
import { IAddressPrivacy } from './api.ts';

/** Shows e-mail addresses to holders of EMAIL_VIEW, or to everybody when `[trac] show_email_addresses` says so. */
export const AddressPrivacy = component({
  implements: [IAddressPrivacy],
  options: {
    show: option.bool(
      'trac',
      'show_email_addresses',
      false,
      'Show e-mail addresses to everybody, not only to holders of EMAIL_VIEW.',
      { otherwise: false },
    ),
  },
  create: ({ options }) => ({
    mayRead: (ctx, resource) => options.show || ctx.can('EMAIL_VIEW', resource),
  }),
});
