import type { DesktopFlow, flowRoutes } from '@deskhand/protocol/http/flows.ts';
import type { FlowRecord } from '../../ports/flows.ts';
import { type Caller, done, type Outcome } from '../../ports/outcome.ts';
import { actionList } from '../../use-cases/flows/action-list.ts';
import {
  createFlow,
  type FlowPorts,
  flowFor,
  listFlows,
  removeFlow,
  saveScript,
  scriptOf,
  shareFlow,
  updateFlow,
  versionsOf,
} from '../../use-cases/flows/flows.ts';
import { checkScript, formatScript } from '../../use-cases/flows/read-script.ts';
import { empty, type HandlersOf, iso, isoOrNull } from './handlers.ts';

/** `runHello` submits the ready example; it needs runs and machines, which flows know nothing of. */
export function flowHandlers(
  ports: FlowPorts & { readonly runHello: (caller: Caller) => Promise<Outcome<{ runId: string; flowId: string }>> },
): HandlersOf<typeof flowRoutes> {
  return {
    listFlows: async ({ caller, query }) =>
      done({ items: (await listFlows(ports, caller, query.search)).map(flowToWire) }),
    createFlow: async ({ caller, body }) => reply(await createFlow(ports, caller, body)),
    checkScript: async ({ body }) => done(checkScript(body.script, body.mode ?? 'lenient')),
    formatScript: async ({ body }) => formatScript(body.script),
    listActions: async () => done({ items: actionList() }),
    getFlow: async ({ caller, params }) => reply(await flowFor(ports, caller, params.id)),
    updateFlow: async ({ caller, params, body }) => reply(await updateFlow(ports, caller, params.id, body)),
    getScript: async ({ caller, params, query }) => scriptOf(ports, caller, params.id, query.version),
    saveScript: async ({ caller, params, body }) => reply(await saveScript(ports, caller, params.id, body)),
    listVersions: async ({ caller, params }) => {
      const answer = await versionsOf(ports, caller, params.id);
      return answer.ok
        ? done({ items: answer.value.map((version) => ({ ...version, savedAt: iso(version.savedAt) })) })
        : answer;
    },
    shareFlow: async ({ caller, params, body }) => reply(await shareFlow(ports, caller, params.id, body)),
    deleteFlow: async ({ caller, params }) => {
      const answer = await removeFlow(ports, caller, params.id);
      return answer.ok ? done(empty) : answer;
    },
    runHelloDesktop: async ({ caller }) => ports.runHello(caller),
  };
}

const reply = (answer: Outcome<FlowRecord>): Outcome<DesktopFlow> =>
  answer.ok ? done(flowToWire(answer.value)) : answer;

function flowToWire(flow: FlowRecord): DesktopFlow {
  return {
    id: flow.id,
    name: flow.name,
    description: flow.description,
    owner: flow.owner,
    coOwners: [...flow.coOwners],
    users: [...flow.users],
    version: flow.version,
    inputs: [...flow.inputs],
    outputs: [...flow.outputs],
    createdAt: iso(flow.createdAt),
    updatedAt: iso(flow.updatedAt),
    lastResults: [...flow.lastResults],
    lastRunAt: isoOrNull(flow.lastRunAt),
    problems: flow.problems,
  };
}
