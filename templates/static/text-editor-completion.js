/**
 * Proposals inside a text: people after `@`, tickets after `#` with a number or a word. The text keeps the focus; the list is told
 * to screen readers by `aria-activedescendant`. Tab is never taken.
 */

import { write } from './text-editor-marks.js';

const WAIT = 150;
const SOURCES = [
  { key: 'people', begin: /(?:^|[^\p{L}\p{N}_@./=+-])@([\p{L}\p{N}_][\p{L}\p{N}_.-]{0,40})$/u },
  { key: 'tickets', begin: /(?:^|[^\p{L}\p{N}_&#/])#(\d{1,10}|\p{L}[^\n#@]{1,40})$/u },
];
/** So far back may a question begin. */
const REACH = 60;
let count = 0;

const made = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

/** What stands before the caret and asks for proposals; `from`: where the sign is. */
function questionAt(field, settings) {
  const { selectionStart: at, selectionEnd: end, value } = field;
  if (at !== end) return undefined;
  const before = value.slice(Math.max(0, at - REACH), at);
  for (const { key, begin } of SOURCES) {
    const text = settings[key] ? begin.exec(before)?.[1] : undefined;
    if (text !== undefined) return { url: settings[key], text, from: at - text.length - 1, to: at };
  }
  return undefined;
}

const COPIED = [
  ...['boxSizing', 'width', 'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'borderTopWidth', 'borderRightWidth'],
  ...[
    'borderBottomWidth',
    'borderLeftWidth',
    'borderStyle',
    'fontFamily',
    'fontSize',
    'fontWeight',
    'fontStyle',
    'letterSpacing',
  ],
  ...['lineHeight', 'tabSize', 'textIndent', 'wordSpacing', 'direction', 'fontVariantNumeric'],
];

/** Where a character of the text is drawn, from the corner of the control: a copy of it tells. */
function placeOf(field, index) {
  const copy = made('div', { className: 'text-copy' });
  const style = getComputedStyle(field);
  for (const name of COPIED) copy.style[name] = style[name];
  const mark = made('span', { textContent: field.value[index] ?? '.' });
  copy.append(field.value.slice(0, index), mark, field.value.slice(index + 1, index + 40));
  document.body.append(copy);
  const place = { left: mark.offsetLeft - field.scrollLeft, top: mark.offsetTop - field.scrollTop, height: mark.offsetHeight };
  copy.remove();
  return place;
}

class Proposals {
  constructor(field, panes, settings) {
    count += 1;
    this.field = field;
    this.panes = panes;
    this.settings = settings;
    this.list = made('ul', { id: `text-proposals-${count}`, className: 'text-proposals', hidden: true });
    this.list.setAttribute('role', 'listbox');
    this.status = made('p', { className: 'visually-hidden' });
    this.status.setAttribute('role', 'status');
    panes.append(this.list, this.status);
    field.setAttribute('aria-autocomplete', 'list');
    this.active = -1;
    this.items = [];
    field.addEventListener('input', (event) => this.look(event.isComposing));
    field.addEventListener('keydown', (event) => this.press(event));
    field.addEventListener('blur', () => this.close());
    field.addEventListener('click', () => this.close());
    // Typing itself may scroll the text.
    field.addEventListener(
      'scroll',
      () => {
        if (!this.list.hidden) this.place();
      },
      { passive: true },
    );
    // The text keeps the focus.
    this.list.addEventListener('mousedown', (event) => event.preventDefault());
    this.list.addEventListener('click', ({ target }) => {
      const index = [...this.list.children].indexOf(target.closest('[role=option]'));
      if (index >= 0) this.take(index);
    });
  }

  look(isComposing) {
    clearTimeout(this.timer);
    this.request?.abort();
    const question = isComposing ? undefined : questionAt(this.field, this.settings);
    // Nothing was found for its beginning, or the person closed the list: no more is asked about this one.
    const isOver = question && question.from === this.over?.from && question.text.startsWith(this.over.text);
    if (!question || isOver) {
      this.close();
      return;
    }
    this.over = undefined;
    this.timer = setTimeout(() => this.ask(question), WAIT);
  }

  async ask(question) {
    const request = new AbortController();
    this.request = request;
    const address = new URL(question.url, location.href);
    address.searchParams.set('q', question.text);
    try {
      const answer = await fetch(address, { signal: request.signal, headers: { accept: 'application/json' } });
      if (answer.ok) this.show(question, await answer.json());
      else this.close();
    } catch {
      // Without proposals the text is still a text.
    }
  }

  show(question, items) {
    const now = questionAt(this.field, this.settings);
    if (document.activeElement !== this.field || now?.from !== question.from || now.text !== question.text) return;
    if (items.length === 0) {
      this.over = question;
      this.close();
      return;
    }
    this.question = question;
    this.items = items.map(({ value, label }) => ({ value: value.startsWith('#') ? value : `@${value}`, label }));
    this.list.setAttribute('aria-label', question.url === this.settings.people ? 'People' : 'Tickets');
    this.list.replaceChildren(
      ...this.items.map(({ value, label }, index) => {
        const option = made(
          'li',
          { id: `${this.list.id}-${index}` },
          made('span', { className: 'text-proposal', textContent: value }),
        );
        option.setAttribute('role', 'option');
        if (label) option.append(' ', made('span', { textContent: label }));
        return option;
      }),
    );
    this.list.hidden = false;
    this.field.setAttribute('aria-controls', this.list.id);
    this.point(0);
    this.place();
    this.status.textContent = items.length === 1 ? 'One proposal' : `${items.length} proposals`;
  }

  /** Below the line, or above it where there is no room: on phones the keyboard takes half of the window. */
  place() {
    const { field, panes, list, question } = this;
    const [frame, box] = [panes.getBoundingClientRect(), field.getBoundingClientRect()];
    const { left, top, height } = placeOf(field, question.from);
    const line = box.top + Math.min(Math.max(top, 0), box.height - height);
    const view = window.visualViewport;
    const bottom = view ? view.offsetTop + view.height : innerHeight;
    const isAbove = line + height + list.offsetHeight > bottom && line - list.offsetHeight > (view?.offsetTop ?? 0);
    const room = frame.width - list.offsetWidth;
    list.style.left = `${Math.max(0, Math.min(box.left - frame.left + left, room))}px`;
    list.style.top = `${(isAbove ? line - list.offsetHeight - 2 : line + height + 2) - frame.top}px`;
  }

  point(index) {
    this.active = (index + this.items.length) % this.items.length;
    for (const [at, option] of [...this.list.children].entries()) {
      option.setAttribute('aria-selected', String(at === this.active));
      if (at !== this.active) continue;
      this.field.setAttribute('aria-activedescendant', option.id);
      const { offsetTop, offsetHeight } = option;
      if (offsetTop < this.list.scrollTop) this.list.scrollTop = offsetTop;
      const end = offsetTop + offsetHeight - this.list.clientHeight;
      if (end > this.list.scrollTop) this.list.scrollTop = end;
    }
  }

  take(index) {
    const { question, items, field } = this;
    const { value } = items[index];
    const isFollowed = /^[\s.,;:!?)\]}]/.test(field.value.slice(question.to));
    const text = isFollowed ? value : `${value} `;
    this.close();
    write(field, {
      from: question.from,
      to: question.to,
      text,
      start: question.from + text.length,
      end: question.from + text.length,
    });
    this.close();
  }

  press(event) {
    if (this.list.hidden || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === 'ArrowDown') this.point(this.active + 1);
    else if (key === 'ArrowUp') this.point(this.active - 1);
    else if (key === 'Escape') {
      this.over = this.question;
      this.close();
    } else if (key === 'Enter' && !event.shiftKey && !this.isWritten()) this.take(this.active);
    else {
      if (/^(?:Arrow|Home|End|Page|Enter|Tab)/.test(key)) this.close();
      return;
    }
    event.preventDefault();
  }

  /** Whoever wrote it out has chosen: Enter then begins a new line. */
  isWritten() {
    const { from, to } = this.question;
    return this.field.value.slice(from, to) === this.items[this.active].value;
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.field.removeAttribute('aria-activedescendant');
    this.field.removeAttribute('aria-controls');
    this.status.textContent = '';
  }
}

/** Proposes in this text from now on. */
export function propose(field, panes, settings) {
  new Proposals(field, panes, settings).look(false);
}
