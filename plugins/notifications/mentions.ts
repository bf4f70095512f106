import type { Directory } from 'tracts';

const MOST = 50;
/** What quotes code, not people: Trac's blocks and monospace, fenced blocks. Each is found in one pass, closed or not. */
const CODE = /\{\{\{[\s\S]*?(?:\}\}\}|$)|```[\s\S]*?(?:```|$)|`[^`\n]*`/g;
const MENTION = /(?<![\p{L}\p{N}_@./=+-])@([\p{L}\p{N}_][\p{L}\p{N}_.@+-]{0,63})/gu;

/**
 * Accounts named in a text as `@name`, each once and at most fifty. A full stop after a name ends the sentence where there is no
 * account with a full stop.
 */
export function mentionsIn(text: string, { people }: Directory): readonly string[] {
  if (!text.includes('@')) return [];
  const found = new Set<string>();
  for (const [, written = ''] of text.replace(CODE, ' ').matchAll(MENTION)) {
    const name = [written, written.replace(/[.@+-]+$/, '')].find((one) => isActive(people, one));
    if (name !== undefined) found.add(name);
    if (found.size >= MOST) break;
  }
  return [...found];
}

const isActive = (people: Directory['people'], name: string): boolean => {
  const person = people.get(name);
  return person !== undefined && person.disabled !== true;
};

/** Those whom the new text names and the old one did not. */
export function newMentions(before: string, after: string, directory: Directory): readonly string[] {
  const old = new Set(mentionsIn(before, directory));
  return mentionsIn(after, directory).filter((name) => !old.has(name));
}
