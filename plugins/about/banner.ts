import { component, type Diagnosis, IRequestFilter, ISiteHealth } from 'tracts';

/** Tells administrators on every page that something is wrong with the site; /about says what. */
export const SiteBanner = component({
  doc: 'Tells administrators on every page what is wrong with the site.',
  implements: [IRequestFilter],
  uses: { health: ISiteHealth },
  create: ({ health }) => ({
    postProcessRequest: (ctx, request, outcome) => {
      if (!('template' in outcome) || !ctx.can('TRAC_ADMIN')) return outcome;
      const diagnoses = health.diagnoses();
      if (diagnoses.length === 0) return outcome;
      const banner = { ...summarise(diagnoses), href: request.href('/about#problems'), link: 'What is wrong' };
      return { ...outcome, data: { ...outcome.data, banners: [banner] } };
    },
  }),
});

function summarise(diagnoses: readonly Diagnosis[]): { readonly kind: 'error' | 'warning'; readonly text: string } {
  const errors = diagnoses.filter(({ severity }) => severity === 'error');
  const kind = errors.length > 0 ? 'error' : 'warning';
  const [first, ...others] = errors.length > 0 ? errors : diagnoses;
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  return { kind, text: `${first?.message ?? ''}${more}` };
}
