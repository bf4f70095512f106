import { component } from 'tracts';
import { IWorkflowOperation } from 'tracts/workflow';

/** `approve -> in_qa, reject -> in_work`: verdict to status. */
const verdicts = (text = ''): Map<string, string> =>
  new Map(text.split(',').map((pair) => pair.split('->').map((side) => side.trim()) as [string, string]));

/**
 * The operation `code_review` asks for a verdict and maps it to a status; the ticket's owner does not review himself.
 *
 *     review = in_review -> *
 *     review.operations = code_review
 *     review.code_review = approve -> in_qa, reject -> in_work
 *
 * Enable: `[components] code-review.* = enabled`.
 */
export const CodeReview = component({
  doc: 'The workflow operation code_review: a verdict decides the next status.',
  implements: [IWorkflowOperation],
  create: () => ({
    name: 'code_review',
    decidesStatus: true,
    statuses: ({ attributes }) => [...verdicts(attributes['code_review']).values()],
    plan: (ctx, { attributes }) => {
      if (ctx.ticket.values['owner'] === ctx.user.name) return undefined;
      const known = verdicts(attributes['code_review']);
      return {
        inputs: [{ name: 'verdict', type: 'select', label: 'as', title: 'Verdict', required: true, options: [...known.keys()] }],
        changes: ({ verdict }) => ({ status: known.get(String(verdict)) }),
      };
    },
    *check({ attributes }) {
      if ([...verdicts(attributes['code_review']).values()].some((status) => !status))
        yield {
          severity: 'error',
          message: 'code_review must map each verdict to a status.',
          remedy: 'Example: approve -> in_qa, reject -> in_work',
        };
    },
  }),
});
