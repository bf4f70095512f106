export { FieldPanel } from './panel.ts';
