import {
  component,
  IContexts,
  IJobProvider,
  ITicketChangeListener,
  ITicketSimilarityDetector,
  type OperationContext,
  type SimilarTicket,
  type TicketChange,
  type TicketContext,
  type TicketDraft,
} from 'tracts';
import { findSimilar } from './detector.ts';
import { isUnindexed, noteChange, writeEntry } from './store.ts';
import { bringUpToDate } from './upkeep.ts';
import { WordCounts } from './word-counts.ts';
import { readWords } from './words.ts';

interface Needs {
  readonly contexts: IContexts;
}

const INDEXED: readonly string[] = ['summary', 'description'];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The default detector, and what keeps its index in step with the tickets. */
class FullText implements ITicketSimilarityDetector, ITicketChangeListener, IJobProvider {
  readonly #needs: Needs;
  readonly #counts = new WordCounts();
  #isChecked = false;
  #isClosing = false;
  #upkeep: Promise<unknown> | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  async findSimilar(ctx: OperationContext, draft: TicketDraft, limit: number): Promise<readonly SimilarTicket[]> {
    if (!this.#isChecked) await this.#checkIndex(ctx);
    return findSimilar(ctx, draft, limit, this.#counts);
  }

  async ticketCreated({ db, ticket }: TicketContext, { after }: TicketChange): Promise<void> {
    if (ticket.id === undefined) return;
    const words = [...readWords(textOf(after['summary']), textOf(after['description'])).keys()];
    await writeEntry(db, { ticket: ticket.id, version: ticket.version, words });
  }

  async ticketChanged(ctx: TicketContext, change: TicketChange): Promise<void> {
    if (INDEXED.some((name) => change.changed.has(name))) await this.ticketCreated(ctx, change);
    else if (ctx.ticket.id !== undefined) await noteChange(ctx.db, [ctx.ticket.id]);
  }

  async valueReplaced({ db }: OperationContext, { tickets }: { readonly tickets: readonly number[] }): Promise<void> {
    await noteChange(db, tickets);
  }

  getJobs(): ReturnType<IJobProvider['getJobs']> {
    const summary = 'Indexes tickets that changed while the detector of similar tickets was switched off.';
    return [{ name: 'similarity', schedule: '17 * * * *', summary, mode: 'read', run: (ctx) => this.#bringUpToDate(ctx) }];
  }

  async dispose(): Promise<void> {
    this.#isClosing = true;
    await this.#upkeep;
  }

  /** A new index is filled when it is first asked, which does not wait for it. */
  async #checkIndex(ctx: OperationContext): Promise<void> {
    this.#isChecked = true;
    if (await isUnindexed(ctx.db)) ctx.afterCommit(() => void this.#bringUpToDate(ctx));
  }

  /** One at a time; a failure is logged, and the next hour tries again. */
  #bringUpToDate({ log }: OperationContext): Promise<void> {
    this.#upkeep ??= bringUpToDate(this.#needs.contexts, { isOver: () => this.#isClosing })
      .then((tickets) => tickets > 0 && log.info('indexed tickets for similarity', { tickets }))
      .catch((error: unknown) => log.error('could not index tickets for similarity', { error: String(error) }))
      .finally(() => {
        this.#upkeep = undefined;
      });
    return this.#upkeep.then(() => undefined);
  }
}

/** Finds tickets that say the same with the full-text index of the database. */
export const FullTextSimilarity = component({
  doc: 'Finds tickets that a draft may duplicate, with the full-text index of the database.',
  implements: [ITicketSimilarityDetector, ITicketChangeListener, IJobProvider],
  uses: { contexts: IContexts },
  create: (needs) => new FullText(needs),
});
