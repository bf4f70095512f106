import {
  component,
  type Diagnosis,
  describeDiagnosis,
  IRequestFilter,
  ISiteExamination,
  ISiteHealth,
  type OperationContext,
  type View,
  type WebRequest,
} from 'tracts';

/** Tells administrators on every page that something is wrong with the site; /about says what. */
export const SiteBanner = component({
  doc: 'Tells administrators on every page what is wrong with the site.',
  implements: [IRequestFilter],
  uses: { health: ISiteHealth, examination: ISiteExamination },
  create: ({ health, examination }) => {
    const addBanner = async (ctx: OperationContext, request: WebRequest, outcome: View): Promise<View> => {
      const diagnoses = [...health.diagnoses(), ...(await examination.findings(ctx))];
      if (diagnoses.length === 0) return outcome;
      const banner = { ...summarise(diagnoses), href: request.href('/about#problems'), link: 'What is wrong' };
      return { ...outcome, data: { ...outcome.data, banners: [banner] } };
    };
    return {
      // Only administrators wait for an answer.
      postProcessRequest: (ctx, request, outcome) =>
        'template' in outcome && ctx.can('TRAC_ADMIN') ? addBanner(ctx, request, outcome) : outcome,
    };
  },
});

function summarise(diagnoses: readonly Diagnosis[]): { readonly kind: 'error' | 'warning'; readonly text: string } {
  const errors = diagnoses.filter(({ severity }) => severity === 'error');
  const kind = errors.length > 0 ? 'error' : 'warning';
  const [first, ...others] = errors.length > 0 ? errors : diagnoses;
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  return { kind, text: `${first ? describeDiagnosis(first) : ''}${more}` };
}
