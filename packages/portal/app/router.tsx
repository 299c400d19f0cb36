import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { HomePage } from '../pages/home/home-page.tsx';
import { filtersFromSearch, searchFromFilters } from '../pages/runs/run-filters.ts';
import { ProblemView } from '../ui/states.tsx';
import { planKeys } from '../pages/capacity/plan-search.ts';
import { NotFoundPage } from './not-found.tsx';
import { parseSearch, stringifySearch } from './search.ts';
import { SignedIn } from './signed-in.tsx';

const textIn = <Key extends string>(search: Record<string, unknown>, ...keys: readonly Key[]) =>
  Object.fromEntries(
    keys.flatMap((key) => (typeof search[key] === 'string' && search[key] !== '' ? [[key, search[key]]] : [])),
  ) as { [K in Key]?: string };

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });
const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in', component: SignedIn });

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../pages/sign-in/setup-page.tsx'), 'SetupPage'),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => textIn(search, 'return'),
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

// The first page most people see is part of the first download; every other page is fetched when it is opened.
const home = createRoute({ getParentRoute: () => signedIn, path: '/', component: HomePage });
const flows = createRoute({
  getParentRoute: () => signedIn,
  path: '/desktop-flows',
  validateSearch: (search) => textIn(search, 'search', 'new'),
  component: lazyRouteComponent(() => import('../pages/desktop-flows/flows-page.tsx'), 'FlowsPage'),
});
const flow = createRoute({
  getParentRoute: () => signedIn,
  path: '/desktop-flows/$flow',
  validateSearch: (search) => textIn(search, 'tab', 'version'),
  component: lazyRouteComponent(() => import('../pages/desktop-flows/flow-page.tsx'), 'FlowPage'),
});
const flowEdit = createRoute({
  getParentRoute: () => signedIn,
  path: '/desktop-flows/$flow/edit',
  validateSearch: (search) => textIn(search, 'line'),
  component: lazyRouteComponent(() => import('../pages/desktop-flows/editor-page.tsx'), 'EditorPage'),
});
const runs = createRoute({
  getParentRoute: () => signedIn,
  path: '/runs',
  validateSearch: (search) => searchFromFilters(filtersFromSearch(search)),
  component: lazyRouteComponent(() => import('../pages/runs/runs-page.tsx'), 'RunsPage'),
});
const newRun = createRoute({
  getParentRoute: () => signedIn,
  path: '/runs/new',
  validateSearch: (search) => textIn(search, 'flow', 'connection', 'from'),
  component: lazyRouteComponent(() => import('../pages/run/new-run-page.tsx'), 'NewRunPage'),
});
const run = createRoute({
  getParentRoute: () => signedIn,
  path: '/runs/$run',
  validateSearch: (search) => textIn(search, 'attempt'),
  component: lazyRouteComponent(() => import('../pages/run/run-page.tsx'), 'RunPage'),
});
const runQueues = createRoute({
  getParentRoute: () => signedIn,
  path: '/run-queues',
  component: lazyRouteComponent(() => import('../pages/run-queue/run-queues-page.tsx'), 'RunQueuesPage'),
});
const runQueue = createRoute({
  getParentRoute: () => signedIn,
  path: '/gateway-clusters/$cluster/run-queue',
  component: lazyRouteComponent(() => import('../pages/run-queue/run-queue-page.tsx'), 'RunQueuePage'),
});
const cluster = createRoute({
  getParentRoute: () => signedIn,
  path: '/gateway-clusters/$cluster',
  component: lazyRouteComponent(() => import('../pages/gateways/cluster-page.tsx'), 'ClusterPage'),
});
const capacity = createRoute({
  getParentRoute: () => signedIn,
  path: '/capacity',
  validateSearch: (search) => textIn(search, ...planKeys),
  component: lazyRouteComponent(() => import('../pages/capacity/capacity-page.tsx'), 'CapacityPage'),
});
const gateways = createRoute({
  getParentRoute: () => signedIn,
  path: '/gateways',
  component: lazyRouteComponent(() => import('../pages/gateways/gateways-page.tsx'), 'GatewaysPage'),
});
const enrol = createRoute({
  getParentRoute: () => signedIn,
  path: '/gateways/enrol',
  validateSearch: (search) => textIn(search, 'cluster'),
  component: lazyRouteComponent(() => import('../pages/gateways/enrol-page.tsx'), 'EnrolPage'),
});
const connections = createRoute({
  getParentRoute: () => signedIn,
  path: '/connections',
  validateSearch: (search) => textIn(search, 'new'),
  component: lazyRouteComponent(() => import('../pages/connections/connections-page.tsx'), 'ConnectionsPage'),
});
const accounts = createRoute({
  getParentRoute: () => signedIn,
  path: '/accounts',
  component: lazyRouteComponent(() => import('../pages/accounts/accounts-page.tsx'), 'AccountsPage'),
});
const settings = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings',
  validateSearch: (search) => textIn(search, 'section'),
  component: lazyRouteComponent(() => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
});
const auditLog = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit-log',
  validateSearch: (search) => textIn(search, 'actor', 'object', 'cursor'),
  component: lazyRouteComponent(() => import('../pages/audit-log/audit-log-page.tsx'), 'AuditLogPage'),
});

const routeTree = root.addChildren([
  setup,
  signIn,
  signedIn.addChildren([
    home,
    flows,
    flow,
    flowEdit,
    runs,
    newRun,
    run,
    runQueues,
    runQueue,
    cluster,
    capacity,
    gateways,
    enrol,
    connections,
    accounts,
    settings,
    auditLog,
  ]),
]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: ({ error, reset }) => (
    <main id="content">
      <ProblemView error={error} onRetry={reset} />
    </main>
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
