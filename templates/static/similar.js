/**
 * Shows tickets that say much the same while somebody types a new one. Without it they are shown in the preview. What the
 * person types is never held up, and nothing is shown when the server has nothing to say.
 */

const WAIT = 400;
/** Fewer signs say nothing yet. */
const LEAST = 8;

const box = document.querySelector('[data-similar]');
const panel = box?.closest('.panel');
const form = document.getElementById('propertyform');
const summary = form?.elements.namedItem('field_summary');
const description = form?.elements.namedItem('field_description');

const itemOf = ({ id, href, summary: text, status, reason }) => {
  const item = document.createElement('li');
  const link = Object.assign(document.createElement('a'), {
    className: 'ticket-link',
    href,
    target: '_blank',
    rel: 'noopener',
    textContent: `#${id} ${text || '(no summary)'}`,
  });
  link.append(
    Object.assign(document.createElement('span'), { className: 'visually-hidden', textContent: ' (opens in a new tab)' }),
  );
  item.append(link);
  if (status) item.append(' ', Object.assign(document.createElement('span'), { className: 'status', textContent: status }));
  if (reason)
    item.append(' ', Object.assign(document.createElement('span'), { className: 'similar-reason', textContent: reason }));
  return item;
};

const show = (similar) => {
  panel.hidden = similar.length === 0;
  box.querySelector('ul').replaceChildren(...similar.map(itemOf));
  const count = similar.length === 1 ? 'One ticket is' : `${similar.length} tickets are`;
  box.querySelector('[data-similar-count]').textContent = similar.length === 0 ? '' : `${count} similar.`;
};

let timer;
let request;
let asked = '';

const ask = async () => {
  const body = new URLSearchParams({
    __FORM_TOKEN: form.elements.namedItem('__FORM_TOKEN').value,
    summary: summary.value,
    description: description?.value ?? '',
  });
  if (body.toString() === asked) return;
  asked = body.toString();
  request = new AbortController();
  try {
    const answer = await fetch(box.dataset.similar, {
      method: 'POST',
      body,
      signal: request.signal,
      headers: { accept: 'application/json' },
    });
    if (answer.ok) show((await answer.json()).similar);
  } catch {
    // Without an answer the form is still a form; the same text may be asked about again.
    asked = '';
  }
};

const wait = () => {
  clearTimeout(timer);
  request?.abort();
  if (summary.value.trim().length < LEAST) {
    asked = '';
    show([]);
    return;
  }
  timer = setTimeout(ask, WAIT);
};

if (panel && summary && 'value' in summary) {
  // Beside what one types, not above it: what appears there must not push the field away.
  if (!document.getElementById('preview')) summary.closest('.field')?.after(panel);
  summary.addEventListener('input', wait);
  description?.addEventListener?.('change', wait);
}
