/**
 * Proposals for fields of people and tickets. Each control has its own <datalist>, so that keyboards and screen readers work as
 * the browser has it; this only fills it from the server while one types. In a list, the part behind the last comma counts.
 */

const WAIT = 150;
const LEAST = 1;

const partsOf = (control) => {
  if (!('list' in control.dataset)) return ['', control.value];
  const at = Math.max(control.value.lastIndexOf(','), control.value.lastIndexOf(';')) + 1;
  const rest = control.value.slice(at);
  return [control.value.slice(0, at) + rest.slice(0, rest.length - rest.trimStart().length), rest.trimStart()];
};

const fill = (control, before, proposals) => {
  const options = proposals.map(({ value, label }) => {
    const option = document.createElement('option');
    option.value = before + value;
    option.label = label ? `${value} ${label}` : value;
    return option;
  });
  control.list?.replaceChildren(...options);
};

const watch = (control) => {
  let timer;
  let request;
  control.addEventListener('input', (event) => {
    clearTimeout(timer);
    request?.abort();
    // A choice from the list is no question.
    if (event.inputType === 'insertReplacementText' || event.inputType === undefined) return;
    const [before, text] = partsOf(control);
    if (text.trim().length < LEAST) return;
    timer = setTimeout(async () => {
      request = new AbortController();
      const address = new URL(control.dataset.complete, location.href);
      address.searchParams.set('q', text.trim());
      try {
        const answer = await fetch(address, { signal: request.signal, headers: { accept: 'application/json' } });
        if (answer.ok) fill(control, before, await answer.json());
      } catch {
        // Without proposals the field is still a field.
      }
    }, WAIT);
  });
};

for (const control of document.querySelectorAll('input[data-complete]')) watch(control);
