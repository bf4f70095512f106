/** What the pages gain from JavaScript. Without it everything works: these only save steps and mistakes. */

const every = (selector, root = document) => [...root.querySelectorAll(selector)];

/* Relative times grow older while a page stays open. */
const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const ages = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const ageOf = (time) => {
  const seconds = (time - Date.now()) / 1000;
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  return unit ? ages.format(Math.trunc(seconds / unit[1]), unit[0]) : 'just now';
};
const refreshAges = () => {
  for (const element of every('time[data-age]')) {
    const age = ageOf(Date.parse(element.dateTime));
    if (element.textContent !== age) element.textContent = age;
  }
};
if (document.querySelector('time[data-age]')) setInterval(refreshAges, 60_000);

/* Filling in an action's input means choosing that action. */
for (const name of ['input', 'change'])
  document.addEventListener(name, ({ target }) => {
    const choice = target.closest?.('.action-inputs')?.closest('[data-action]')?.querySelector('input[name="action"]');
    if (choice) choice.checked = true;
  });

/* A refused form is read from its problems on. */
const problems = document.getElementById('problems');
if (problems && !location.hash) problems.focus();
for (const link of every('.problem-summary a[href^="#"]'))
  link.addEventListener('click', (event) => {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: 'center' });
    target.focus({ preventScroll: true });
  });

/** Asks in a dialog; true when the person goes on. */
const ask = (question) =>
  new Promise((answer) => {
    const dialog = document.createElement('dialog');
    const text = Object.assign(document.createElement('p'), { id: 'confirm-text', textContent: question });
    const buttons = Object.assign(document.createElement('div'), { className: 'dialog-actions' });
    const button = (label, value, className) =>
      Object.assign(document.createElement('button'), {
        type: 'button',
        textContent: label,
        className,
        onclick: () => dialog.close(value),
      });
    buttons.append(button('Cancel', 'no', ''), button('Go on', 'yes', 'danger'));
    dialog.append(text, buttons);
    dialog.setAttribute('aria-labelledby', 'confirm-text');
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });

/** The question that goes with this submit, if any: the chosen action's, or the button's own. */
const questionOf = (form, submitter) => {
  if (submitter?.name === 'preview') return undefined;
  const chosen = form.querySelector('[data-action] input[name="action"]:checked')?.closest('[data-action]');
  return submitter?.dataset.confirm ?? chosen?.dataset.confirm ?? form.dataset.confirm;
};
document.addEventListener('submit', async (event) => {
  const { target: form, submitter } = event;
  const question = form.dataset.confirmed ? undefined : questionOf(form, submitter);
  if (!question || event.defaultPrevented) return;
  event.preventDefault();
  if (!(await ask(question))) return;
  form.dataset.confirmed = 'yes';
  // Said to the server too, which asks whoever has no scripts on a page of its own.
  const action = form.querySelector('[data-action] input[name="action"]:checked')?.value;
  const answer = Object.assign(document.createElement('input'), { type: 'hidden', name: 'confirmed', value: action ?? '' });
  form.append(answer);
  form.requestSubmit(submitter ?? undefined);
  answer.remove();
  delete form.dataset.confirmed;
});

/* Text that was typed and not sent is not lost by a slip. */
const contentOf = (form) => new URLSearchParams(new FormData(form)).toString();
for (const form of every('form[data-guard]')) {
  let before = contentOf(form);
  // What the page itself brings up to date is not typed (live.js).
  form.addEventListener('tracts:refreshed', ({ detail }) => {
    if (detail.was === before) before = contentOf(form);
  });
  // What came back from a preview or a refusal is unsent text already.
  const isUnsent = Boolean(document.querySelector('.preview, .problem-summary, .collision'));
  let isSending = false;
  form.addEventListener('submit', () => {
    isSending = true;
    setTimeout(() => {
      isSending = false;
    }, 2_000);
  });
  addEventListener('beforeunload', (event) => {
    if (!isSending && (isUnsent || contentOf(form) !== before)) event.preventDefault();
  });
}

/* Whoever logs out leaves no unsent texts in the browser (text-editor-drafts.js). */
document.addEventListener('submit', ({ target }) => {
  if (!target.getAttribute('action')?.endsWith('/logout')) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith('tracts.text:')) localStorage.removeItem(key);
});

/* Ctrl+Enter (Cmd+Enter) in a text sends the form. */
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.('form[data-guard]');
  form?.requestSubmit(form.querySelector('button[name="submit"]'));
});

/* Proposals while one types are fetched by a module of their own, on pages that have such a field. */
if (document.querySelector('input[data-complete]')) void import('./completion.js');

/* What a form would make is shown anew while one types. */
for (const form of every('form[data-preview]')) {
  let timer;
  let turn = 0;
  const refresh = async () => {
    turn += 1;
    const mine = turn;
    const body = new URLSearchParams(new FormData(form));
    body.set('step', 'preview');
    const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'text/html' } }).catch(() => undefined);
    if (!answer?.ok || mine !== turn) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const [shown, fresh] = [document, page].map((one) => one.getElementById(form.dataset.preview));
    if (shown && fresh && mine === turn) shown.replaceChildren(...fresh.childNodes);
  };
  form.addEventListener('input', (event) => {
    if (event.target.closest(`#${form.dataset.preview}`)) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, 350);
  });
}
