/**
 * Says when somebody changes the ticket that is open, and keeps its form up to date where that loses nothing. Only the page that
 * is looked at listens: a browser has few connections to one site, and a hidden page asks what it missed when it is seen again.
 */

const address = document.querySelector('meta[name="ticket-events"]')?.content;
const form = document.getElementById('propertyform');
/** A form that came back holds what the person sent as if the page had proposed it: nothing tells what was typed. */
const isSent = Boolean(document.querySelector('.preview, .problem-summary, .collision'));
const PATIENCE = 60_000;

/* The region is there before anything is said in it, else screen readers pass over it. */
const notice = document.createElement('div');
notice.className = 'live-notice';
notice.setAttribute('role', 'status');
document.getElementById('main')?.prepend(notice);

const say = (lines, link) => {
  const text = document.createElement('p');
  text.append(lines.join(' '));
  if (link) text.append(' ', link);
  notice.replaceChildren(text);
  notice.classList.add('notice', 'notice-notice');
};

const contentOf = () => new URLSearchParams(new FormData(form)).toString();

const OWN = new Set(['__FORM_TOKEN', 'view_time', 'replyto', 'comment', 'author', 'submit', 'preview']);
const ACTION = /^(?:checkbox_)?action(?:_|$)/;

/** Controls by name, as far as they say what the ticket is and may become. */
const controlsOf = (one) => {
  const found = new Map();
  for (const control of one.elements) {
    const isOfTicket = control.name && !OWN.has(control.name) && /^(?:input|select|textarea)$/i.test(control.tagName);
    if (isOfTicket && control.type !== 'file') found.set(control.name, [...(found.get(control.name) ?? []), control]);
  }
  return found;
};

const isBox = ({ type }) => type === 'checkbox' || type === 'radio';

/** What the page proposed, whatever was typed since. */
const proposalOf = (control) => {
  if (isBox(control)) return [control.value, control.defaultChecked];
  if (control.options) return [...control.options].map((option) => [option.value, option.label, option.defaultSelected]);
  return control.type === 'hidden' ? control.value : control.defaultValue;
};
/** What conditions lock and unlock (conditions.js) is no proposal of the page. */
const isLocked = (control) => control.disabled && !control.closest('[data-condition]');
const signatureOf = (controls) =>
  JSON.stringify(controls?.map((control) => [control.type, isLocked(control), proposalOf(control)]) ?? null);
const shapeOf = (controls) => JSON.stringify(controls?.map((control) => [control.type, isBox(control) && control.value]) ?? null);

const isTouched = (control) => {
  if (isBox(control)) return control.checked !== control.defaultChecked;
  if (!control.options) return control.type !== 'hidden' && control.value !== control.defaultValue;
  const options = [...control.options];
  const proposed = control.multiple
    ? -1
    : Math.max(
        0,
        options.findIndex((option) => option.defaultSelected),
      );
  return options.some((option, index) => option.selected !== (option.defaultSelected || index === proposed));
};

const copyContent = (from, to) =>
  to?.replaceChildren(...[...(from?.childNodes ?? [])].map((node) => document.importNode(node, true)));

const adopt = (control, fresh) => {
  if (!control.closest('[data-condition]')) control.disabled = fresh.disabled;
  if (isBox(control)) {
    control.defaultChecked = fresh.defaultChecked;
    control.checked = fresh.defaultChecked;
  } else if (control.options) copyContent(fresh, control);
  else {
    control.value = fresh.value;
    if (control.type !== 'hidden') control.defaultValue = fresh.defaultValue;
  }
};

const takeOver = (fresh, changeControls) => {
  const was = contentOf();
  changeControls();
  if (form.dataset.facts && fresh.dataset.facts) form.dataset.facts = fresh.dataset.facts;
  form.elements.namedItem('view_time').value = fresh.elements.namedItem('view_time').value;
  // What the page itself filled in is not unsent text (tracts.js), and conditions may hold now that did not (conditions.js).
  form.dispatchEvent(new CustomEvent('tracts:refreshed', { detail: { was } }));
  form.dispatchEvent(new Event('input', { bubbles: true }));
};

/**
 * Brings the form to the ticket's new version, or leaves it alone.
 *
 * `view_time` tells the server what the person had seen. It may be raised only if the form then holds what the ticket holds, but for
 * what the person typed: else old values would be sent back as if they were wanted, and undo the change that was just made. So
 * each control whose proposal differs in a fresh page takes that over, unless it was touched: then nothing is done, and the
 * server shows both when the form is sent. The same where the fresh page offers other fields or none. True: brought up to date.
 */
const bringUpToDate = (fresh) => {
  const [own, theirs] = [controlsOf(form), controlsOf(fresh)];
  // What a panel of the form added meanwhile, such as a file that was uploaded, is nothing of the ticket.
  const isAdded = (name) => !theirs.has(name) && !own.get(name).some((control) => control.closest('.property-fields, #actions'));
  const names = [...new Set([...own.keys(), ...theirs.keys()])].filter((name) => !isAdded(name));
  const [actions, freshActions] = [form, fresh].map((one) => one.querySelector('#actions'));
  const isAnyTouched = (some) => some.some((name) => own.get(name)?.some(isTouched));
  const differing = names.filter((name) => signatureOf(own.get(name)) !== signatureOf(theirs.get(name)));
  const fields = differing.filter((name) => !ACTION.test(name));
  const isChosen = isAnyTouched(names.filter((name) => ACTION.test(name)));
  if (differing.length > fields.length && (isChosen || !actions || !freshActions)) return false;
  if (isAnyTouched(fields)) return false;
  if (fields.some((name) => shapeOf(own.get(name)) !== shapeOf(theirs.get(name)))) return false;
  takeOver(fresh, () => {
    for (const name of fields) for (const [index, control] of own.get(name).entries()) adopt(control, theirs.get(name)[index]);
    // Where only what is said of the actions differs, a choice among them still holds.
    if (!isChosen && actions?.innerHTML !== freshActions?.innerHTML) copyContent(freshActions, actions);
  });
  return true;
};

const refresh = async () => {
  if (!form?.elements.namedItem('view_time')) return true;
  if (isSent) return false;
  try {
    const answer = await fetch(location.pathname, { headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('propertyform');
    return Boolean(answer.ok && fresh && bringUpToDate(fresh));
  } catch {
    return false;
  }
};

const sentenceOf = ({ by, commented, changes }) => {
  if (changes.length === 0) return `${by} commented.`;
  return `Changed by ${by}: ${changes.join('; ')}${commented ? '; with a comment' : ''}.`;
};

const linkTo = (number) => {
  const link = document.createElement('a');
  link.href = `${location.pathname}#comment:${number}`;
  link.textContent = 'Show';
  // An address that differs in its last part alone loads nothing.
  link.addEventListener('click', (event) => {
    event.preventDefault();
    history.replaceState(null, '', link.href);
    location.reload();
  });
  return link;
};

let told = [];
const hear = async ({ entries }) => {
  const isFresh = await refresh();
  if (entries.length === 0) return;
  told = [...told, ...entries];
  const shown = told.slice(-3).map(sentenceOf);
  if (told.length > 3) shown.unshift(`${told.length - 3} changes more.`);
  if (!isFresh) shown.push('Your form was made before that: when you submit it, you will be shown both.');
  say(shown, linkTo(entries[0].number));
};

let source;
let last = '';
let retry;
const stop = () => {
  clearTimeout(retry);
  source?.close();
  source = undefined;
};
/** One after the other: two changes must not be taken over at once. */
let turn = Promise.resolve();

const listen = () => {
  stop();
  const url = new URL(address, location.href);
  if (last) url.searchParams.set('since', last);
  source = new EventSource(url);
  source.addEventListener('change', (event) => {
    last = event.lastEventId;
    turn = turn.then(() => hear(JSON.parse(event.data)));
  });
  source.addEventListener('gone', () => {
    stop();
    document.removeEventListener('visibilitychange', look);
    say(['This ticket is not there any more.']);
  });
  source.addEventListener('over', () => {
    stop();
    document.removeEventListener('visibilitychange', look);
    say(['You are no longer logged in. Copy what you typed before you go on.']);
  });
  // Given up for a newer page of the same person: listens again when this one is looked at next.
  source.addEventListener('bye', stop);
  source.addEventListener('error', () => {
    // A lost connection comes back by itself; a refused one is tried again after a while.
    if (source?.readyState !== EventSource.CLOSED) return;
    stop();
    retry = setTimeout(look, PATIENCE * (1 + Math.random()));
  });
};

function look() {
  if (document.visibilityState === 'visible') {
    if (!source) listen();
  } else stop();
}

if (address && 'EventSource' in window) {
  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', stop);
  addEventListener('pageshow', (event) => {
    if (event.persisted) look();
  });
  look();
}
