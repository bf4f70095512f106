export { FullTextSimilarity } from './full-text.ts';
