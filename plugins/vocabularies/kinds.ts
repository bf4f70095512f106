import type { AdjunctType, OperationContext } from 'tracts';

/** What panels and commands know of a vocabulary beyond its values. */
export interface Kind {
  readonly type: AdjunctType;
  /** Trac's name of the page: /admin/ticket/components. */
  readonly page: string;
  readonly label: string;
  readonly noun: string;
  /** The field of a ticket that draws on it. */
  readonly field: string;
  /** The option of [ticket] that says which value new tickets begin with. */
  readonly defaultOption?: string;
  /** Has an order that people choose. */
  readonly ranked: boolean;
  /** What it is for, in a sentence for the panel. */
  readonly help: string;
}

/** Every vocabulary, in the order of the menu. */
export const KINDS: readonly Kind[] = [
  {
    type: 'component',
    page: 'components',
    label: 'Components',
    noun: 'component',
    field: 'component',
    defaultOption: 'default_component',
    ranked: false,
    help: 'The parts of the product. The owner of a component gets its new tickets.',
  },
  {
    type: 'milestone',
    page: 'milestones',
    label: 'Milestones',
    noun: 'milestone',
    field: 'milestone',
    defaultOption: 'default_milestone',
    ranked: false,
    help: 'What is to be done by when.',
  },
  {
    type: 'version',
    page: 'versions',
    label: 'Versions',
    noun: 'version',
    field: 'version',
    defaultOption: 'default_version',
    ranked: false,
    help: 'Where a defect was found. The newest release stands first.',
  },
  {
    type: 'priority',
    page: 'priorities',
    label: 'Priorities',
    noun: 'priority',
    field: 'priority',
    defaultOption: 'default_priority',
    ranked: true,
    help: 'The most urgent stands first.',
  },
  {
    type: 'severity',
    page: 'severities',
    label: 'Severities',
    noun: 'severity',
    field: 'severity',
    defaultOption: 'default_severity',
    ranked: true,
    help: 'The gravest stands first. Without any severity tickets have no such field.',
  },
  {
    type: 'ticket_type',
    page: 'types',
    label: 'Ticket types',
    noun: 'ticket type',
    field: 'type',
    defaultOption: 'default_type',
    ranked: true,
    help: 'What kind of thing a ticket is about.',
  },
  {
    type: 'resolution',
    page: 'resolutions',
    label: 'Resolutions',
    noun: 'resolution',
    field: 'resolution',
    defaultOption: 'default_resolution',
    ranked: true,
    help: 'What became of a ticket that is closed.',
  },
  {
    type: 'keyword',
    page: 'keywords',
    label: 'Keywords',
    noun: 'keyword',
    field: 'keywords',
    ranked: true,
    help: 'Words to propose in the field keywords. A ticket may have others.',
  },
];

export const kindOf = (type: AdjunctType): Kind | undefined => KINDS.find((kind) => kind.type === type);

/** What somebody wants to do with a vocabulary or one of its values. */
export type Deed = 'view' | 'create' | 'modify' | 'delete';

const MILESTONE_RIGHTS = {
  view: 'MILESTONE_VIEW',
  create: 'MILESTONE_CREATE',
  modify: 'MILESTONE_MODIFY',
  delete: 'MILESTONE_DELETE',
} as const;

/** Everything takes TICKET_ADMIN; for milestones the milestone's own permission is enough. */
export const mayDo = (ctx: OperationContext, { type }: Kind, deed: Deed, name?: string): boolean =>
  ctx.can('TICKET_ADMIN', { realm: 'ticket' }) ||
  (type === 'milestone' && ctx.can(MILESTONE_RIGHTS[deed], { realm: 'milestone', id: name }));

/** What is lacking, for messages. */
export const rightFor = ({ type }: Kind, deed: Deed): string =>
  type === 'milestone' ? `${MILESTONE_RIGHTS[deed]} or TICKET_ADMIN` : 'TICKET_ADMIN';

/** The permissions of which one opens the panel. */
export const rightsOf = ({ type }: Kind): readonly string[] =>
  type === 'milestone' ? ['TICKET_ADMIN', 'MILESTONE_CREATE', 'MILESTONE_MODIFY', 'MILESTONE_DELETE'] : ['TICKET_ADMIN'];
