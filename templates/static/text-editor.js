/**
 * The editor of texts: tools, preview beside the text, proposals, and texts that outlive a reload. Without it the text is written in
 * a plain control and looked at with the Preview button.
 */

import { keepUnsent } from './text-editor-drafts.js';
import { edited, insertion, write } from './text-editor-marks.js';

const settings = JSON.parse(document.querySelector('meta[name="text-editor"]')?.content ?? 'null');
const PREVIEW_KEY = 'tracts.text-preview';
const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** Strokes on a square of 24. */
const TOOLS = [
  ['bold', 'Bold', 'M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z', 'B'],
  ['italic', 'Italic', 'M11 5h7M6 19h7M14.5 5l-5 14', 'I'],
  ['heading', 'Heading', 'M6 5v14M18 5v14M6 12h12'],
  ['quote', 'Quotation', 'M5 6v12M10 8h10M10 12h10M10 16h6'],
  ['code', 'Code', 'M8.5 7l-5 5 5 5M15.5 7l5 5-5 5'],
  [
    'link',
    'Link',
    'M10 13.5a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.4 1.4M14 10.5a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.4-1.4',
    'K',
  ],
  ['list', 'List', 'M10 6h10M10 12h10M10 18h10M5 6h.01M5 12h.01M5 18h.01'],
  ['numbered', 'Numbered list', 'M11 6h9M11 12h9M11 18h9M4 4.5h1.5V9M4 15h2.5l-2.5 4h2.5'],
  ['ticket', 'Link to a ticket', 'M9.5 4l-2 16M16.5 4l-2 16M4.5 9h16M3.5 15h16'],
];
const HELP = 'M9 9.2a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.3-1.6 2.6M12 18.5h.01';
const PREVIEW = 'M3.5 5.5h17v13h-17zM12 5.5v13';

const made = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const SVG = 'http://www.w3.org/2000/svg';
function icon(strokes) {
  const [drawing, path] = [document.createElementNS(SVG, 'svg'), document.createElementNS(SVG, 'path')];
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' }))
    drawing.setAttribute(key, value);
  path.setAttribute('d', strokes);
  drawing.append(path);
  return drawing;
}

function tool(label, strokes, key) {
  const shown = key ? `${label} (${isMac ? '⌘' : 'Ctrl+'}${key})` : label;
  const button = made('button', { type: 'button', class: 'text-tool', 'aria-label': shown, title: shown }, icon(strokes));
  if (key) button.setAttribute('aria-keyshortcuts', `${isMac ? 'Meta' : 'Control'}+${key}`);
  return button;
}

/** One stop for Tab; arrows lead from tool to tool, Escape back into the text. */
function asToolbar(bar, field) {
  const stops = [...bar.children];
  const stopAt = (one) => {
    for (const stop of stops) stop.tabIndex = stop === one ? 0 : -1;
  };
  stopAt(stops[0]);
  bar.addEventListener('focusin', ({ target }) => stopAt(target.closest('.text-tool')));
  bar.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      field.focus();
      return;
    }
    const at = stops.indexOf(event.target.closest('.text-tool'));
    const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    if (at < 0 || !(event.key in places) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    stops.at(places[event.key] % stops.length).focus();
  });
  // A tool that is clicked on leaves the text its focus, and a phone its keyboard.
  bar.addEventListener('mousedown', (event) => event.preventDefault());
}

/** As tall as its text, where the browser does not see to that itself; a height that the person chose stays. */
function grow(field) {
  field.style.minHeight = `calc(${field.rows * 1.5}em + 0.7rem + 2px)`;
  if (CSS.supports('field-sizing', 'content')) return;
  let own = '';
  const adjust = () => {
    if (field.style.height !== own) return;
    const { scrollX, scrollY } = window;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
    own = field.style.height;
    window.scrollTo({ left: scrollX, top: scrollY, behavior: 'instant' });
  };
  field.addEventListener('input', adjust);
  if (field.value !== '') adjust();
}

const remembersPreview = () => {
  try {
    return localStorage.getItem(PREVIEW_KEY) === 'on';
  } catch {
    return false;
  }
};
const rememberPreview = (isOn) => {
  try {
    localStorage.setItem(PREVIEW_KEY, isOn ? 'on' : 'off');
  } catch {
    // A browser that keeps nothing forgets it.
  }
};

/** The preview is fetched with its module when it is first wanted. */
function addPreview(field, panes, button) {
  let pane;
  const show = async (isOn) => {
    button.setAttribute('aria-pressed', String(isOn));
    if (isOn && !pane) {
      const { createPreview } = await import('./text-editor-preview.js');
      pane ??= createPreview(field, settings);
      panes.append(pane.element);
    }
    const isWanted = button.getAttribute('aria-pressed') === 'true';
    panes.classList.toggle('has-preview', isWanted);
    pane?.turn(isWanted);
  };
  button.addEventListener('click', () => {
    const isOn = button.getAttribute('aria-pressed') !== 'true';
    rememberPreview(isOn);
    // Below a long text it would be out of sight.
    void show(isOn).then(() => isOn && pane.element.scrollIntoView({ block: 'nearest' }));
  });
  void show(remembersPreview());
}

/** Proposals too, with the first letter that may ask for some. */
function addProposals(field, panes) {
  if (!settings.people && !settings.tickets) return;
  let isAsked = false;
  field.addEventListener('input', async () => {
    if (isAsked || !/[@#]/.test(field.value)) return;
    isAsked = true;
    const { propose } = await import('./text-editor-completion.js');
    propose(field, panes, settings);
  });
}

function addKeys(field, format) {
  field.addEventListener('keydown', (event) => {
    // With proposals open, Escape closes these.
    if (event.key === 'Escape' && !event.isComposing && !field.hasAttribute('aria-activedescendant')) field.blur();
    const isShortcut = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (!isShortcut || event.altKey || event.shiftKey) return;
    const kind = TOOLS.find(([, , , key]) => key === event.key.toUpperCase())?.[0];
    if (!kind) return;
    event.preventDefault();
    write(field, edited(kind, format, field.value, field.selectionStart, field.selectionEnd));
  });
}

function enhance(field) {
  const { format } = settings;
  const bar = made('div', { class: 'text-tools', role: 'toolbar', 'aria-label': 'Text tools' });
  if (field.id) bar.setAttribute('aria-controls', field.id);
  for (const [kind, label, strokes, key] of TOOLS) {
    const button = tool(label, strokes, key);
    button.addEventListener('click', () =>
      write(field, edited(kind, format, field.value, field.selectionStart, field.selectionEnd)),
    );
    bar.append(button);
  }
  const help = made('a', { class: 'text-tool', href: settings.help, target: '_blank', rel: 'noopener' }, icon(HELP));
  help.setAttribute('aria-label', 'How texts are written (opens in a new tab)');
  help.title = 'How texts are written';
  const toggle = made('button', { type: 'button', class: 'text-tool text-tool-preview', title: 'The text as it will look' });
  toggle.append(icon(PREVIEW), 'Live view');
  if (settings.help) bar.append(help);
  if (settings.render) bar.append(toggle);
  const panes = made('div', { class: 'text-panes' });
  const editor = made('div', { class: 'text-editor' }, bar, panes);
  const hadFocus = document.activeElement === field;
  field.replaceWith(editor);
  panes.append(field);
  if (hadFocus) field.focus({ preventScroll: true });
  asToolbar(bar, field);
  addKeys(field, format);
  grow(field);
  if (settings.render) addPreview(field, panes, toggle);
  addProposals(field, panes);
  field.addEventListener('tracts:attached', (event) => {
    const { reference } = event.detail;
    if (!reference) return;
    event.preventDefault();
    write(field, insertion(field.value, field.selectionStart, field.selectionEnd, reference));
  });
}

if (settings) {
  const fields = [...document.querySelectorAll('textarea[data-text-editor]')];
  for (const field of fields) enhance(field);
  keepUnsent(fields, settings);
}
