import { formText, type Outcome, type WebRequest } from 'tracts';
import { DRAFT_CONTROL, SENT_COOKIE } from './settings.ts';

const NAME = /^[a-z0-9]{8,32}$/;
const MOST_NAMES = 10;
const HOUR_SECONDS = 3600;

/** What other forms left in the cookie, and no page has read yet. */
function namesBefore({ headers }: WebRequest): readonly string[] {
  const pairs = (headers['cookie'] ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${SENT_COOKIE}=`))?.slice(SENT_COOKIE.length + 1) ?? '';
  return found.split('.').filter((name) => NAME.test(name));
}

/** A form that leads on was stored; one that comes back was not. The browser hears which, and gives up its copy of the text. */
export function sayWhatWasStored(request: WebRequest, outcome: Outcome): Outcome {
  if (request.method !== 'POST' || !('redirect' in outcome)) return outcome;
  const name = formText(request, DRAFT_CONTROL);
  if (!NAME.test(name)) return outcome;
  const value = [...namesBefore(request), name].slice(-MOST_NAMES).join('.');
  const cookie = { name: SENT_COOKIE, value, maxAge: HOUR_SECONDS, httpOnly: false };
  return { ...outcome, cookies: [...(outcome.cookies ?? []), cookie] };
}
