import { type AdjunctDetails, AdjunctError, type AdjunctType } from './types.ts';

/** What one value of each vocabulary is called in sentences. */
export const ADJUNCT_NOUNS: Readonly<Record<AdjunctType, string>> = {
  component: 'component',
  milestone: 'milestone',
  version: 'version',
  priority: 'priority',
  severity: 'severity',
  ticket_type: 'ticket type',
  resolution: 'resolution',
  keyword: 'keyword',
};

const LONGEST_NAME = 200;
const LONGEST_OWNER = 1_000;
const LONGEST_DESCRIPTION = 100_000;

const BROKEN = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
// Line breaks are white space and collapse; whatever else steers a terminal or the direction of writing is nobody's name.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const INVISIBLE = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

/** The name as it is stored: white space collapsed, so that no two differ by what nobody sees. Throws `AdjunctError`. */
export function cleanName(type: AdjunctType, raw: string): string {
  const noun = ADJUNCT_NOUNS[type];
  const name = raw.replace(/\s+/g, ' ').trim().normalize('NFC');
  const refuse = (message: string): never => {
    throw new AdjunctError('name', message);
  };
  if (name === '') refuse(`The ${noun} needs a name.`);
  if (name.length > LONGEST_NAME) refuse(`This name has ${name.length} characters; a ${noun} has ${LONGEST_NAME} at most.`);
  if (INVISIBLE.test(name) || BROKEN.test(name)) refuse('This name has characters that cannot be seen or stored. Type it anew.');
  if (type === 'keyword' && /[\s,;]/.test(name)) refuse('A keyword is one word, without blanks, commas and semicolons.');
  return name;
}

function requireText(field: string, text: string, longest: number): void {
  if (text.includes('\0') || BROKEN.test(text))
    throw new AdjunctError(field, 'This text has characters that cannot be stored (NUL or broken Unicode). Remove them.');
  if (text.length > longest)
    throw new AdjunctError(field, `This text is too long: ${text.length} characters, ${longest} at most.`);
}

function requireTime(field: string, time: Date | undefined): void {
  if (time !== undefined && !(Math.abs(time.getTime()) < 8e12))
    throw new AdjunctError(field, 'This is no date that can be kept.');
}

/** Throws `AdjunctError` for texts that cannot be stored and for times that are none. */
export function checkDetails({ description = '', owner = '', time, due, completed }: Partial<AdjunctDetails>): void {
  requireText('description', description, LONGEST_DESCRIPTION);
  requireText('owner', owner, LONGEST_OWNER);
  requireTime('time', time);
  requireTime('due', due);
  requireTime('completed', completed);
}
