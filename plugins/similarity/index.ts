export { SimilarityCommands } from './commands.ts';
export { FullTextSimilarity } from './full-text.ts';
export { SimilarTickets } from './pages.ts';
