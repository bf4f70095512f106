// Uploads files while a form is still being written: chosen, dropped on the form, or pasted. Without it the form itself sends
// them; what fails here stays in the control and is sent that way.

const PICTURE_ENDINGS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'image/webp': 'webp' };

/** Pasted pictures are all called image.png. */
function nameOf(file, isPasted) {
  const ending = PICTURE_ENDINGS[file.type];
  if (!isPasted || !ending) return file.name;
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `picture-${stamp}.${ending}`;
}

/** Sends one file; resolves with what the server says of it. */
function send(url, token, file, name, onProgress) {
  const body = new FormData();
  body.append('__FORM_TOKEN', token);
  body.append('attachment', file, name);
  const request = new XMLHttpRequest();
  const answer = new Promise((resolve) => {
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener('loadend', () => {
      const { files, error } = request.response ?? {};
      if (files?.[0]) resolve(files[0]);
      else resolve({ name, fault: error?.message ?? `${name} could not be uploaded.`, again: request.status === 0 });
    });
  });
  request.responseType = 'json';
  request.open('POST', url);
  request.setRequestHeader('Accept', 'application/json');
  request.send(body);
  return { answer, cancel: () => request.abort() };
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** How a text of that format names a file, and shows a picture. */
const REFERENCES = {
  wiki: ({ name, picture }) => (picture ? `[[Image(${quoted(name)})]]` : `[attachment:${quoted(name)}]`),
  markdown: ({ name, picture }) => `${picture ? '!' : ''}[${name.replace(/[\\[\]]/g, '\\$&')}](${encodeURIComponent(name)})`,
};
const quoted = (name) => (/^[\w.-]+$/.test(name) ? name : `"${name}"`);

/** Writes a reference where the file was dropped or pasted; whoever knows better how (an editor) stops the event. */
function refer(field, file, format) {
  const text = REFERENCES[format]?.(file) ?? file.name;
  const detail = { ...file, reference: text };
  if (!field.dispatchEvent(new CustomEvent('tracts:attached', { bubbles: true, cancelable: true, detail }))) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

class Chooser {
  constructor(root) {
    this.root = root;
    this.form = root.closest('form');
    this.input = root.querySelector('input[type=file]');
    this.list = root.querySelector('[data-attach-list]');
    this.status = root.querySelector('[data-attach-status]');
    this.queue = Promise.resolve();
    this.waiting = 0;
    root.querySelector('[data-attach-hint]').hidden = false;
    this.input.addEventListener('change', () => this.takeChosen());
    this.form.addEventListener('dragover', (event) => this.over(event));
    this.form.addEventListener('dragleave', (event) => this.leave(event));
    this.form.addEventListener('drop', (event) => this.drop(event));
    this.form.addEventListener('paste', (event) => this.paste(event));
    this.form.addEventListener('submit', (event) => this.submit(event));
  }

  say(text) {
    this.status.textContent = text;
  }

  async takeChosen() {
    const files = [...this.input.files];
    // At once: the form may be sent before all of them are through, and must not send them a second time.
    this.input.value = '';
    const lost = new DataTransfer();
    await Promise.all(
      files.map(async (file) => {
        // What the network lost stays chosen, so that the form sends it.
        if ((await this.add(file, file.name)).again) lost.items.add(file);
      }),
    );
    if (lost.files.length > 0) this.input.files = lost.files;
  }

  add(file, name) {
    const progress = element('progress', { max: 1, value: 0 });
    const cancel = element('button', { type: 'button', className: 'link-button', textContent: 'Cancel' });
    cancel.setAttribute('aria-label', `Cancel ${name}`);
    const item = element('li', {}, element('span', { textContent: name }), ' ', progress, ' ', cancel);
    this.list.append(item);
    this.waiting += 1;
    let isCancelled = false;
    cancel.addEventListener('click', () => {
      isCancelled = true;
      item.remove();
    });
    const turn = this.queue.then(async () => {
      if (isCancelled) return { name };
      const token = this.form.elements.namedItem('__FORM_TOKEN').value;
      const { answer, cancel: abort } = send(this.root.dataset.attach, token, file, name, (part) => {
        progress.value = part;
      });
      cancel.addEventListener('click', abort);
      const result = await answer;
      if (isCancelled) return { name };
      this.show(item, result);
      return result;
    });
    this.queue = turn.catch(() => undefined).then(() => void this.finish());
    return turn;
  }

  show(item, { token, name, size, fault }) {
    if (fault) {
      item.replaceChildren(element('span', { className: 'problem', textContent: fault }));
      this.say(fault);
      return;
    }
    const box = element('input', { type: 'checkbox', name: 'attachment_draft', value: token, checked: true });
    const note = element('span', { className: 'muted', textContent: `${size}, uploaded, not yet attached` });
    item.replaceChildren(element('label', {}, box, ` ${name}`), ' ', note);
    this.say(`${name} is uploaded.`);
    this.form.dispatchEvent(new Event('input', { bubbles: true }));
  }

  finish() {
    this.waiting -= 1;
    if (this.waiting > 0 || !this.submitter) return;
    const { submitter } = this;
    this.submitter = undefined;
    this.form.requestSubmit(submitter);
  }

  submit(event) {
    if (this.waiting === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.submitter = event.submitter;
    this.say('Waiting for the files; the form is sent when they are there.');
  }

  over(event) {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    this.form.classList.add('is-dropping');
  }

  leave(event) {
    if (!this.form.contains(event.relatedTarget)) this.form.classList.remove('is-dropping');
  }

  drop(event) {
    this.form.classList.remove('is-dropping');
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    event.preventDefault();
    void this.takeAll(files, event.target, false);
  }

  paste(event) {
    const files = [...event.clipboardData.files];
    // A word processor puts a picture of the text beside the text.
    if (files.length === 0 || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    void this.takeAll(files, event.target, true);
  }

  async takeAll(files, target, isPasted) {
    for (const file of files) {
      const result = await this.add(file, nameOf(file, isPasted));
      if (result.token && target instanceof HTMLTextAreaElement) refer(target, result, this.root.dataset.attachFormat);
    }
  }
}

for (const root of document.querySelectorAll('[data-attach]')) new Chooser(root);
