import type { LightMyRequestResponse as Response } from 'fastify';
import type { TestSite } from '../../core/testing/index.ts';
import { type Visitor, viewTime } from './visitor.ts';

/** A part of a form: a text, or a file with the name that the client gives it. */
export type Part = readonly [name: string, value: string | Buffer, filename?: string];

/** A form in parts, as a browser sends it. */
export function multipart(parts: readonly Part[]): {
  readonly payload: Buffer;
  readonly headers: Readonly<Record<string, string>>;
} {
  const boundary = '----tracts7MA4YWxkTrZu0gW';
  const pieces = parts.flatMap(([name, value, filename]) => {
    const file = filename === undefined ? '' : `; filename="${filename.replaceAll('"', '%22')}"\r\nContent-Type: text/html`;
    return [`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`, value, '\r\n'];
  });
  return {
    payload: Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece))),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, accept: 'text/html' },
  };
}

/** Posts a form in parts as this person, token first; to a ticket, as if its page had just been loaded. */
export async function postParts(
  site: TestSite,
  person: Visitor,
  url: string,
  parts: readonly Part[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  if (!person.cookies.has('trac_form_token')) await person.get('/about');
  const names = parts.map(([name]) => name);
  const seen = Object.entries(await viewTime(site, url, names));
  const form = multipart([['__FORM_TOKEN', person.cookies.get('trac_form_token') ?? ''], ...seen, ...parts]);
  const cookies = Object.fromEntries(person.cookies);
  return (await site.inject({ method: 'POST', url, cookies, ...form, headers: { ...form.headers, ...headers } })) as Response;
}
