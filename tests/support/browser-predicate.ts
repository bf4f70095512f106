import { pathToFileURL } from 'node:url';
import type { evaluatePredicate } from '../../core/ticket/predicate.ts';

/** The evaluation that pages use, from the very file that browsers get. */
export async function browserEvaluation(): Promise<typeof evaluatePredicate> {
  const file = pathToFileURL('templates/static/conditions.js').href;
  const module = (await import(/* @vite-ignore */ file)) as { readonly holds: typeof evaluatePredicate };
  return module.holds;
}
