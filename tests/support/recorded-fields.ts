/** The custom fields that Trac had when tests/golden/ticket was recorded. */
export const RECORDED_FIELDS = `[ticket-custom]
foo = text
foo.value = dflt
box = checkbox
sel = select
sel.options = a|b|c
sel.value = 1
due = time
due.format = date
area_ = textarea
lim = text
lim.max_size = 5
`;
