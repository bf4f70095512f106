/** The preview beside a text: drawn by the server while one types, as the text will stand in the ticket. */

const WAIT = 300;
const LONGEST_WAIT = 5_000;
/** After a refusal for too many. */
const PATIENCE = 3_000;

const messageOf = (status) => {
  if (status === 413) return 'This text is too long for a preview.';
  if (status === 403 || status === 404) return 'There is no preview: you may have been logged out. Your text is still here.';
  return 'The preview could not be drawn. It is tried again when you type on.';
};

/** What the server drew is safe; names in it must not double those of the page, and a link must not lead away from the text. */
function contentOf(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const one of template.content.querySelectorAll('[id]')) one.removeAttribute('id');
  for (const one of template.content.querySelectorAll('a[href]')) {
    one.target = '_blank';
    one.rel = 'noopener';
  }
  return template.content;
}

class Preview {
  constructor(field, settings) {
    this.field = field;
    this.settings = settings;
    this.wait = WAIT;
    this.isOn = false;
    this.isSeen = false;
    this.shown = Object.assign(document.createElement('div'), { className: 'prose' });
    this.element = Object.assign(document.createElement('div'), { className: 'text-preview', tabIndex: 0 });
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', 'Live view');
    this.element.append(this.shown);
    field.addEventListener('input', () => {
      if (this.isOn && this.isSeen) this.later(this.wait);
    });
    field.addEventListener('scroll', () => this.keepStep(), { passive: true });
    // What nobody looks at is not drawn.
    new IntersectionObserver(([{ isIntersecting }]) => {
      const isNew = isIntersecting && !this.isSeen;
      this.isSeen = isIntersecting;
      if (this.isOn && isNew) this.later(0);
    }).observe(this.element);
  }

  /** Shows or hides it. */
  turn(isOn) {
    this.isOn = isOn;
    this.element.hidden = !isOn;
    if (!isOn) clearTimeout(this.timer);
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), milliseconds);
  }

  keepStep() {
    const { field, element } = this;
    const [from, to] = [field.scrollHeight - field.clientHeight, element.scrollHeight - element.clientHeight];
    if (to > 0 && from > 0) element.scrollTop = (field.scrollTop / from) * to;
  }

  say(text) {
    this.shown.replaceChildren(Object.assign(document.createElement('p'), { className: 'muted', textContent: text }));
    this.drawn = undefined;
  }

  show(html) {
    if (html === this.drawn) return;
    this.drawn = html;
    this.shown.replaceChildren(contentOf(html));
    this.keepStep();
  }

  async draw() {
    this.request?.abort();
    const text = this.field.value;
    const mine = new AbortController();
    this.request = mine;
    if (text.trim() === '') this.say('Nothing to show yet.');
    else await this.fetch(text, mine.signal);
    if (this.request === mine) this.element.removeAttribute('aria-busy');
  }

  async fetch(text, signal) {
    const { field, settings, element } = this;
    element.setAttribute('aria-busy', 'true');
    const token = field.form.elements.namedItem('__FORM_TOKEN').value;
    const body = new URLSearchParams({ __FORM_TOKEN: token, realm: 'ticket', id: settings.id, format: settings.format, text });
    const start = performance.now();
    try {
      const answer = await fetch(settings.render, { method: 'POST', body, signal, headers: { accept: 'text/html' } });
      if (answer.ok) this.show(await answer.text());
      else if (answer.status === 429) this.later(PATIENCE);
      else this.say(messageOf(answer.status));
    } catch {
      if (!signal.aborted) this.say(messageOf(0));
    }
    // A text that takes long is asked for less often.
    this.wait = Math.min(LONGEST_WAIT, Math.max(WAIT, 2 * (performance.now() - start)));
  }
}

/** The preview of one text. */
export const createPreview = (field, settings) => new Preview(field, settings);
