/** A pair of tags that the same mark opens and closes. Bold by `'''` and bold by `**` do not end each other. */
export interface Mark {
  readonly open: string;
  readonly close: string;
}

const mark = (element: string, attributes = ''): Mark => ({ open: `<${element}${attributes}>`, close: `</${element}>` });

export const MARKS = {
  bold: mark('strong'),
  italic: mark('em'),
  creoleBold: mark('strong'),
  creoleItalic: mark('em'),
  underline: mark('span', ' class="underline"'),
  strike: mark('del'),
  subscript: mark('sub'),
  superscript: mark('sup'),
} as const;

/** Which marks are open, outermost first. Never more than there are marks. */
export class OpenMarks {
  #open: Mark[] = [];

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** The tags that opening or closing the mark takes. What was opened since is closed and opened again. */
  toggle(one: Mark): string {
    const at = this.#open.indexOf(one);
    if (at < 0) {
      this.#open.push(one);
      return one.open;
    }
    const inner = this.#open.slice(at + 1);
    this.#open = [...this.#open.slice(0, at), ...inner];
    const closed = inner.reduce((tags, { close }) => close + tags, one.close);
    return inner.reduce((tags, { open }) => tags + open, closed);
  }

  toggleBoldItalic(): string {
    const { bold, italic } = MARKS;
    const isItalicInner = this.#open.indexOf(italic) > this.#open.indexOf(bold);
    return isItalicInner ? this.toggle(italic) + this.toggle(bold) : this.toggle(bold) + this.toggle(italic);
  }

  /** Closes all; with the tags it takes. */
  flush(): string {
    if (this.#open.length === 0) return '';
    const tags = this.#open.reduce((closing, { close }) => close + closing, '');
    this.#open = [];
    return tags;
  }
}
