/**
 * Shows, requires and unlocks ticket fields as one types, by the conditions that the form carries. The server decides again
 * for what is sent, and decides alone where there is no JavaScript.
 */

/* The same as core/ticket/predicate.ts, whose predicates arrive here as JSON; one table of cases holds both. */
const fold = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const wordsOf = (value) =>
  (value.match(/-?"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')).filter((word) => word !== '' && word !== '-');
const holdsWords = (text, value) =>
  wordsOf(value).every((word) => (word.startsWith('-') ? !text.includes(word.slice(1)) : text.includes(word)));
const TESTS = {
  '^': (text, value) => text.startsWith(value),
  $: (text, value) => text.endsWith(value),
  '~': (text, value, isList) => (isList ? holdsWords(text, value) : text.includes(value)),
};
const fits = (text, test, value, isList) => (test === '=' ? text === value : TESTS[test](fold(text), fold(value), isList));

/** True when the predicate holds. `subject`: `textOf(field)` and `isList(field)`. */
export const holds = (predicate, subject) =>
  predicate.any.some((clause) =>
    clause.every(({ field, test, not, values }) => {
      const text = subject.textOf(field);
      const isList = test === '~' && subject.isList(field);
      return values.some((value) => fits(text, test, value, isList)) !== not;
    }),
  );

const CONTROLS = 'input, select, textarea, button, fieldset';

/** What is filled in under a name: of a box its value or `0`, of several boxes those marked. */
const textIn = (form, name) => {
  const found = [...form.elements].filter((element) => element.name === name);
  const boxes = found.filter(({ type }) => type === 'checkbox');
  if (boxes.length === 1) return boxes[0].checked ? boxes[0].value : '0';
  const marked = found.filter(({ type, checked }) => checked || (type !== 'radio' && type !== 'checkbox'));
  return marked
    .flatMap((element) => (element.selectedOptions ? [...element.selectedOptions].map(({ value }) => value) : [element.value]))
    .join(', ')
    .trim();
};

/** `data-facts`: field name to `{ control }`, or to `{ text }` where the form has no control for it; `list` for words. */
const subjectOf = (form) => {
  const facts = JSON.parse(form.dataset.facts);
  return {
    textOf: (field) => (facts[field]?.control ? textIn(form, facts[field].control) : (facts[field]?.text ?? '')),
    isList: (field) => facts[field]?.list === true,
  };
};

const markRequired = (part, required) => {
  for (const control of part.querySelectorAll('input:not([type="hidden"]), select, textarea'))
    if (required) control.setAttribute('aria-required', 'true');
    else control.removeAttribute('aria-required');
  const label = part.querySelector('label, legend');
  const star = label?.querySelector('.required');
  if (required && label && !star)
    label.append(Object.assign(document.createElement('span'), { className: 'required', ariaHidden: 'true', textContent: ' *' }));
  if (!required) star?.remove();
};

/** Unmarking a box that was locked when the page came must be an answer too: see the template of check boxes. */
const addCompanion = (part) => {
  const name = part.dataset.companion;
  if (!part.querySelector('input[type="checkbox"][value="1"]') || part.querySelector(`[name="${CSS.escape(name)}"]`)) return;
  part.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value: '0' }));
};

const settle = (part, subject) => {
  const { visibleIf, requiredIf, editableIf } = part.dataset;
  const met = (predicate) => predicate === undefined || holds(JSON.parse(predicate), subject);
  part.hidden = !met(visibleIf);
  if (requiredIf !== undefined) markRequired(part, met(requiredIf));
  // What is hidden or locked is not sent; what was typed there stays, in case it is wanted again.
  const locked = part.hidden || part.dataset.fixed !== undefined || !met(editableIf);
  if (!locked && editableIf !== undefined) addCompanion(part);
  for (const control of part.querySelectorAll(CONTROLS)) control.disabled = locked;
};

const watch = (form) => {
  const parts = [...form.querySelectorAll('[data-condition]')];
  const groups = [...form.querySelectorAll('.field-group')];
  const refresh = () => {
    const subject = subjectOf(form);
    for (const part of parts) settle(part, subject);
    for (const group of groups) group.hidden = [...group.querySelectorAll('.field-grid > *')].every(({ hidden }) => hidden);
  };
  form.addEventListener('input', refresh);
  form.addEventListener('change', refresh);
  addEventListener('pageshow', refresh);
  refresh();
};

if (globalThis.document) for (const form of document.querySelectorAll('form[data-facts]')) watch(form);
