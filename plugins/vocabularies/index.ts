export { VocabularyCommands } from './commands.ts';
export { DefaultsFollow } from './defaults.ts';
export { VocabularyPanels } from './panels.ts';
