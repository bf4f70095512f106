/**
 * Fetches the part of a long ticket's history that the page leaves out: on a click, and when the address names a comment that
 * is not there. Without it the links lead to pages that show it.
 */

const AROUND = 10;
const list = document.querySelector('ol.timeline[data-order]');

const rangeOf = (gap) => ({ from: Number(gap.dataset.from), to: Number(gap.dataset.to) });

/** A gap that stands for other numbers; null when there are none. */
const gapFor = (gap, from, to) => {
  if (from > to) return null;
  const copy = gap.cloneNode(true);
  copy.dataset.from = from;
  copy.dataset.to = to;
  const count = to - from + 1;
  const step = Number(gap.dataset.step);
  copy.querySelector('[data-more]').textContent = `Show ${Math.min(count, step)} more`;
  const all = copy.querySelector('[data-all]');
  if (all && count <= step) all.remove();
  else if (all) all.textContent = `Show all ${count}`;
  return copy;
};

/** Puts the entries from one number to another in the place of a gap, with gaps for what is still missing on either side. */
const fill = async (gap, from, to) => {
  gap.setAttribute('aria-busy', 'true');
  const { source } = gap.dataset;
  const answer = await fetch(`${source}?from=${from}&to=${to}`, { headers: { accept: 'text/html' } }).catch(() => undefined);
  gap.removeAttribute('aria-busy');
  if (!answer?.ok) return [];
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const entries = [...page.querySelectorAll('li.entry')].map((entry) => document.importNode(entry, true));
  const whole = rangeOf(gap);
  const parts = [gapFor(gap, whole.from, from - 1), ...entries, gapFor(gap, to + 1, whole.to)].filter(Boolean);
  gap.replaceWith(...(list.dataset.order === 'newest' ? parts.reverse() : parts));
  document.dispatchEvent(new CustomEvent('tracts:entries'));
  return entries;
};

/** Newer ones first: they stand next to what is shown. */
const more = (gap) => {
  const { from, to } = rangeOf(gap);
  return fill(gap, Math.max(from, to - Number(gap.dataset.step) + 1), to);
};

list?.addEventListener('click', async (event) => {
  const link = event.target.closest('.gap a');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const gap = link.closest('.gap');
  const entries = await ('all' in link.dataset ? fill(gap, Number(gap.dataset.from), Number(gap.dataset.to)) : more(gap));
  // Whoever came by the keyboard goes on where the new entries begin.
  const first = entries[0];
  if (!first) {
    location.assign(link.href);
    return;
  }
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
});

/** Shows the comment that the address names, if it is among those left out. */
const goToNamed = async () => {
  const number = Number(/^#comment:(\d+)$/.exec(decodeURIComponent(location.hash))?.[1] ?? 0);
  if (!number || document.getElementById(`comment:${number}`)) return;
  const gap = [...document.querySelectorAll('.gap')].find((one) => rangeOf(one).from <= number && number <= rangeOf(one).to);
  if (!gap) return;
  const { from, to } = rangeOf(gap);
  await fill(gap, Math.max(from, number - AROUND), Math.min(to, number + AROUND));
  // Once more, so that the browser finds its target and the style sheet marks it.
  const { hash } = location;
  history.replaceState(null, '', '#');
  location.replace(hash);
};
if (list) {
  addEventListener('hashchange', () => void goToNamed());
  void goToNamed();
}
