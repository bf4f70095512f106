import {
  type AdminPanel,
  component,
  IAdminPanelProvider,
  INavigationContributor,
  IRouteProvider,
  NotFoundError,
  type OperationContext,
  type Outcome,
  PermissionError,
  type WebRequest,
} from 'tracts';

/** /admin: the panels this person may see, and each panel within a frame that leads to the others. */
export const AdminPages = component({
  doc: 'Serves /admin and the panels of other components.',
  implements: [IRouteProvider, INavigationContributor],
  uses: { providers: IAdminPanelProvider },
  create: ({ providers }) => {
    let known: readonly AdminPanel[] | undefined;
    const panels = (): readonly AdminPanel[] => {
      known ??= [...providers].flatMap((provider) => provider.getAdminPanels());
      return known;
    };
    const show = async (ctx: OperationContext, request: WebRequest): Promise<Outcome> => {
      const panel = findPanel(panels(), ctx, request);
      return framed(await panel.show(ctx, request), panels(), panel, ctx, request);
    };
    const submit = async (ctx: OperationContext, request: WebRequest): Promise<Outcome> => {
      const panel = findPanel(panels(), ctx, request);
      if (!panel.submit) throw new NotFoundError(`The panel ${panel.label} takes no input.`);
      return framed(await panel.submit(ctx, request), panels(), panel, ctx, request);
    };
    const modeOf = ({ params }: WebRequest): 'read' | 'write' => seek(panels(), params)?.mode ?? 'write';
    return {
      getNavigationItems: (ctx) =>
        panels().some((panel) => maySee(ctx, panel))
          ? [{ menu: 'main', name: 'admin', label: 'Admin', href: '/admin', order: 90 }]
          : [],
      getRoutes: () => [
        { method: 'GET', path: '/admin', handle: (ctx, request) => list(panels(), ctx, request) },
        ...['/admin/:category', '/admin/:category/:page'].flatMap((path) => [
          { method: 'GET', path, handle: show } as const,
          { method: 'POST', path, handle: submit, mode: modeOf } as const,
        ]),
      ],
    };
  },
});

const addressOf = ({ category, page }: AdminPanel): string => `/admin/${category}${page === '' ? '' : `/${page}`}`;

const wantedOf = ({ requires }: AdminPanel): readonly string[] => (typeof requires === 'string' ? [requires] : requires);

const maySee = (ctx: OperationContext, panel: AdminPanel): boolean => wantedOf(panel).some((permission) => ctx.can(permission));

const seek = (panels: readonly AdminPanel[], { category, page = '' }: WebRequest['params']): AdminPanel | undefined =>
  panels.find((one) => one.category === category && one.page === page);

function findPanel(panels: readonly AdminPanel[], ctx: OperationContext, { params }: WebRequest): AdminPanel {
  const panel = seek(panels, params);
  if (!panel) throw new NotFoundError('There is no such administration page. Start from Admin in the menu.');
  if (!maySee(ctx, panel)) throw new PermissionError(wantedOf(panel).join(' or '), `see ${panel.label}`);
  return panel;
}

function list(panels: readonly AdminPanel[], ctx: OperationContext, request: WebRequest): Outcome {
  const menu = menuOf(panels, undefined, ctx, request);
  if (menu.length === 0) throw new PermissionError('TRAC_ADMIN', 'see the administration pages');
  return { template: 'admin/list.njk', data: { menu } };
}

function framed(
  outcome: Outcome,
  panels: readonly AdminPanel[],
  panel: AdminPanel,
  ctx: OperationContext,
  request: WebRequest,
): Outcome {
  if (!('template' in outcome)) return outcome;
  return { ...outcome, data: { ...outcome.data, menu: menuOf(panels, panel, ctx, request), panel: panel.label } };
}

const menuOf = (panels: readonly AdminPanel[], current: AdminPanel | undefined, ctx: OperationContext, { href }: WebRequest) =>
  panels
    .filter((panel) => maySee(ctx, panel))
    .map((panel) => ({ label: panel.label, href: href(addressOf(panel)), active: panel === current }));
