import Type, { type Static } from 'typebox';
import { limits } from '../limits.ts';
import { count, id, idParams, listOf, name, oneOf, orNull, route, time } from './route.ts';

export const Diagnostic = Type.Object({
  severity: oneOf(['error', 'warning', 'info']),
  code: Type.String(),
  message: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
});
export type Diagnostic = Static<typeof Diagnostic>;

/** One input or output of a desktop flow, read from its `@INPUT` and `@OUTPUT` lines. */
export const FlowParameter = Type.Object({
  name: Type.String(),
  friendlyName: Type.String(),
  description: Type.String(),
  type: Type.String(),
  sensitive: Type.Boolean(),
  optional: Type.Boolean(),
  default: Type.Unknown(),
});
export type FlowParameter = Static<typeof FlowParameter>;

const script = Type.String({ maxLength: limits.SCRIPT_BYTES_MAX });

export const DesktopFlow = Type.Object({
  id,
  name,
  description: Type.String({ maxLength: 2000 }),
  owner: Type.Object({ id, name }),
  /** They edit, run and share it. */
  coOwners: Type.Array(id),
  /** They run it. */
  users: Type.Array(id),
  version: Type.Integer(),
  inputs: Type.Array(FlowParameter),
  outputs: Type.Array(FlowParameter),
  createdAt: time,
  updatedAt: time,
  /** The last ten results, newest first. */
  lastResults: Type.Array(oneOf(['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain'])),
  lastRunAt: orNull(time),
  /** Errors that keep the current version from running, counted. */
  problems: Type.Integer(),
});
export type DesktopFlow = Static<typeof DesktopFlow>;

export const FlowVersion = Type.Object({
  version: Type.Integer(),
  savedAt: time,
  savedBy: Type.String(),
  bytes: Type.Integer(),
});

export const flowRoutes = {
  listFlows: route('GET', '/desktop-flows', {
    permission: 'signed-in',
    summary: 'Desktop flows of yours or shared with you',
    query: Type.Object({ search: Type.Optional(Type.String({ maxLength: 120 })) }),
    reply: listOf(DesktopFlow),
  }),
  createFlow: route('POST', '/desktop-flows', {
    permission: 'flow.create',
    summary: 'Make a desktop flow from a script',
    body: Type.Object({ name, description: Type.Optional(Type.String({ maxLength: 2000 })), script }),
    reply: DesktopFlow,
  }),
  checkScript: route('POST', '/desktop-flows/check', {
    permission: 'signed-in',
    summary: 'Check a script without saving it',
    body: Type.Object({ script, mode: Type.Optional(oneOf(['strict', 'lenient'])) }),
    reply: Type.Object({
      diagnostics: Type.Array(Diagnostic),
      inputs: Type.Array(FlowParameter),
      outputs: Type.Array(FlowParameter),
    }),
    status: 200,
  }),
  formatScript: route('POST', '/desktop-flows/format', {
    permission: 'signed-in',
    summary: 'Print a script canonically',
    body: Type.Object({ script }),
    reply: Type.Object({ script: Type.String() }),
    status: 200,
  }),
  listActions: route('GET', '/actions', {
    permission: 'signed-in',
    summary: 'The actions that scripts can use',
    reply: listOf(
      Type.Object({
        id: Type.String(),
        title: Type.String(),
        summary: Type.String(),
        linux: Type.String(),
        selectors: Type.Array(
          Type.Object({
            name: Type.String(),
            arguments: Type.Array(
              Type.Object({
                name: Type.String(),
                type: Type.String(),
                required: Type.Boolean(),
                members: Type.Array(Type.String()),
              }),
            ),
            outputs: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
          }),
        ),
      }),
    ),
  }),
  getFlow: route('GET', '/desktop-flows/{id}', {
    permission: 'signed-in',
    summary: 'One desktop flow',
    params: idParams,
    reply: DesktopFlow,
  }),
  updateFlow: route('PATCH', '/desktop-flows/{id}', {
    permission: 'signed-in',
    summary: 'Change name or description',
    params: idParams,
    body: Type.Partial(Type.Object({ name, description: Type.String({ maxLength: 2000 }) })),
    reply: DesktopFlow,
  }),
  getScript: route('GET', '/desktop-flows/{id}/script', {
    permission: 'signed-in',
    summary: 'The script of a version, the current one by default',
    params: idParams,
    query: Type.Object({ version: Type.Optional(count(1)) }),
    reply: Type.Object({ script: Type.String(), version: Type.Integer() }),
  }),
  saveScript: route('PUT', '/desktop-flows/{id}/script', {
    permission: 'signed-in',
    summary: 'Save a new version; refused when somebody saved meanwhile',
    params: idParams,
    body: Type.Object({ script, baseVersion: count(1) }),
    reply: DesktopFlow,
  }),
  listVersions: route('GET', '/desktop-flows/{id}/versions', {
    permission: 'signed-in',
    summary: 'All versions, newest first',
    params: idParams,
    reply: listOf(FlowVersion),
  }),
  shareFlow: route('PUT', '/desktop-flows/{id}/shares', {
    permission: 'signed-in',
    summary: 'Set co-owners and users',
    params: idParams,
    body: Type.Object({ coOwners: Type.Array(id, { maxItems: 500 }), users: Type.Array(id, { maxItems: 500 }) }),
    reply: DesktopFlow,
  }),
  deleteFlow: route('DELETE', '/desktop-flows/{id}', {
    permission: 'signed-in',
    summary: 'Delete a flow without unfinished runs',
    params: idParams,
  }),
  runHelloDesktop: route('POST', '/examples/hello-desktop/run', {
    permission: 'run.submit',
    summary: 'Make the ready example (once) and submit a run of it to a machine that can take it',
    reply: Type.Object({ runId: id, flowId: id }),
  }),
};
