/** A text as the beginning of an answer to it: every line behind `> `. */
export const quoteText = (text: string, heading: string): string =>
  `${heading}\n${text
    .replace(/\r\n?/g, '\n')
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n\n`;
