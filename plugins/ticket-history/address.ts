import { NotFoundError, type WebRequest } from 'tracts';

/** Comment numbers end here: the columns hold no more. */
export const GREATEST_NUMBER = 2_147_483_647;

/** A parameter of the address; `''` when it is not there. */
export function parameter({ query }: WebRequest, name: string): string {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

/** A whole number from 0; undefined for anything else. */
export const numberIn = (text: string): number | undefined => (/^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined);

/** The number in a parameter; throws for what is none. `missing`: what it is when the parameter is not there. */
export function numberParameter(request: WebRequest, name: string, missing?: number): number {
  const text = parameter(request, name);
  const number = text === '' ? missing : numberIn(text);
  if (number === undefined)
    throw new NotFoundError(`“${name}=${text.slice(0, 40)}” in the address is no number from 0. Example: ${name}=1`);
  return number;
}

/** The ticket's number in a path such as `/ticket/12`. */
export function ticketIdIn(text: string | undefined): number {
  const id = numberIn(text ?? '') ?? 0;
  if (id < 1)
    throw new NotFoundError(`There is no ticket “${(text ?? '').slice(0, 40)}”. Ticket numbers are whole numbers from 1.`);
  return id;
}
