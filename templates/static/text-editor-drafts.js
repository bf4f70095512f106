/**
 * Unsent texts outlive a reload: they are kept in the browser by ticket and person, and given up once the server says that they
 * were stored. A stranger's are kept for his window alone: others may use the same browser.
 */

const PREFIX = 'tracts.text:';
const WAIT = 400;
const LONGEST = 262_144;
const DAYS = 30;
const DAY = 86_400_000;

/** undefined where the browser keeps nothing. */
function storageFor(user) {
  try {
    const storage = user ? localStorage : sessionStorage;
    storage.getItem(PREFIX);
    return storage;
  } catch {
    return undefined;
  }
}

function read(storage, key) {
  try {
    const kept = JSON.parse(storage.getItem(key));
    return typeof kept?.id === 'string' && typeof kept.texts === 'object' ? kept : undefined;
  } catch {
    return undefined;
  }
}

const keysOf = (storage) =>
  [...Array(storage.length).keys()].map((at) => storage.key(at)).filter((key) => key?.startsWith(PREFIX));

/** Names that the server wrote into the cookie are stored: nothing of them is kept any longer. */
function forgetSent(storages, { sentCookie, root }) {
  const pair = document.cookie.split('; ').find((one) => one.startsWith(`${sentCookie}=`));
  const sent = new Set(pair?.slice(sentCookie.length + 1).split('.') ?? []);
  for (const storage of storages)
    for (const key of keysOf(storage)) {
      const kept = read(storage, key);
      if (!kept || sent.has(kept.id) || Date.now() - kept.at > DAYS * DAY) storage.removeItem(key);
    }
  // biome-ignore lint/suspicious/noDocumentCookie: the other way is missing in browsers that are in use
  if (pair) document.cookie = `${sentCookie}=; Max-Age=0; Path=${root === '/' ? root : root.replace(/\/$/, '')}`;
}

const newName = () =>
  [...crypto.getRandomValues(new Uint32Array(3))].map((number) => number.toString(36).padStart(7, '0')).join('');

const ageOf = (time) => {
  const minutes = Math.round((Date.now() - time) / 60_000);
  const ages = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (minutes < 1) return 'just now';
  if (minutes < 60) return ages.format(-minutes, 'minute');
  return minutes < 1440 ? ages.format(-Math.round(minutes / 60), 'hour') : ages.format(-Math.round(minutes / 1440), 'day');
};

const buttonOf = (label, onclick) =>
  Object.assign(document.createElement('button'), { type: 'button', className: 'small', textContent: label, onclick });

/** Tells what was found, before the first text concerned. */
function notice(field, sentence, ...buttons) {
  const box = document.createElement('div');
  box.className = 'notice notice-notice text-unsent';
  const text = Object.assign(document.createElement('p'), { textContent: sentence });
  text.setAttribute('role', 'status');
  const row = document.createElement('p');
  row.className = 'button-row';
  row.append(...buttons);
  box.append(text, row);
  field.closest('.field')?.prepend(box);
  return box;
}

const put = (field, text) => {
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
};

/** The texts of one form, as they are now and as the page had them. */
class Unsent {
  constructor(form, fields, storage, key) {
    this.form = form;
    this.fields = fields;
    this.storage = storage;
    this.key = key;
    this.kept = read(storage, key);
    this.id = this.kept?.id ?? newName();
    this.bases = new Map(fields.map((field) => [field.name, field.defaultValue]));
  }

  /** A form that came back holds what was sent: that counts, and what the page had before is known from the copy alone. */
  takeRefused() {
    for (const { name } of this.fields) this.bases.set(name, this.kept?.texts[name]?.base ?? (name === 'comment' ? '' : null));
    this.save();
  }

  save() {
    const texts = {};
    for (const { name, value } of this.fields) {
      const base = this.bases.get(name);
      if (value !== base && value.length <= LONGEST) texts[name] = { base, text: value };
    }
    try {
      if (Object.keys(texts).length > 0) this.storage.setItem(this.key, JSON.stringify({ id: this.id, at: Date.now(), texts }));
      // What was offered and not answered is still there.
      else if (!this.isOffered) this.storage.removeItem(this.key);
    } catch {
      // A browser that is full keeps no more.
    }
  }

  watch() {
    let timer;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.save(), WAIT);
    };
    for (const field of this.fields) field.addEventListener('input', soon);
    // What the page itself brought up to date (live.js) is no text of this person.
    this.form.addEventListener('tracts:refreshed', () => {
      for (const { name, value, defaultValue } of this.fields) if (value === defaultValue) this.bases.set(name, value);
    });
    const now = () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      this.save();
    };
    addEventListener('pagehide', now);
    document.addEventListener('visibilitychange', now);
    this.form.addEventListener('submit', () => {
      now();
      const control = Object.assign(document.createElement('input'), { type: 'hidden', name: 'text_draft', value: this.id });
      this.form.append(control);
      // Only while the form is read: what stays in it would count as typed.
      setTimeout(() => control.remove());
    });
  }

  /** The notice is answered. */
  close(box, field) {
    this.isOffered = false;
    box.remove();
    field.focus();
  }

  /** Fills in what the page has not changed since; anything else is only offered. */
  offer() {
    const { texts, at } = this.kept;
    const lost = this.fields.filter((field) => texts[field.name] && texts[field.name].text !== field.value);
    if (lost.length === 0) return;
    const isSafe = lost.every((field) => field.value === field.defaultValue && texts[field.name].base === field.value);
    const fill = () => {
      for (const field of lost) put(field, texts[field.name].text);
    };
    const age = ageOf(at);
    if (isSafe) {
      fill();
      const discard = buttonOf('Discard it', () => {
        for (const field of lost) put(field, this.bases.get(field.name));
        this.close(box, lost[0]);
        this.save();
      });
      const box = notice(lost[0], `Restored draft: what you wrote here ${age} and did not send.`, discard);
      return;
    }
    this.isOffered = true;
    const use = buttonOf('Use it', () => {
      fill();
      this.close(box, lost[0]);
    });
    const drop = buttonOf('Discard it', () => {
      this.close(box, lost[0]);
      this.save();
    });
    const box = notice(
      lost[0],
      `There is a draft that you wrote ${age} and did not send. The text below has changed since.`,
      use,
      drop,
    );
  }
}

/** Keeps the texts of the page, and brings back those that were not sent. `fields`: the texts. */
export function keepUnsent(fields, settings) {
  const storage = storageFor(settings.user);
  if (!storage) return;
  forgetSent([storage], settings);
  const form = fields[0]?.form;
  if (!form) return;
  const summary = settings.id === '' ? form.elements.namedItem('field_summary') : undefined;
  const kept = [
    ...(summary instanceof HTMLInputElement ? [summary] : []),
    ...fields.filter((field) => field.form === form && field.name),
  ];
  const unsent = new Unsent(form, kept, storage, `${PREFIX}${settings.root}:${settings.user}:${settings.place}`);
  if (document.querySelector('.preview, .problem-summary, .collision')) unsent.takeRefused();
  else if (unsent.kept) unsent.offer();
  unsent.watch();
}
