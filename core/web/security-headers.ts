/**
 * Sent with every answer. They never differ, so they stand here as they are sent: a middleware would compute the same for
 * each request.
 *
 * `referrer-policy` must not become `no-referrer`: browsers then send forms with `Origin: null`.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    // Texts may have colours and widths, which `safeStyle` has cut to harmless ones; style elements and files stay refused.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
