import { seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { DesktopFlowId } from '@deskhand/domain/brand.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { FlowRecord, FlowStore, FlowVersionRecord } from '../../ports/flows.ts';
import { type KnownAccounts, refusedAccounts } from '../accounts/known-accounts.ts';
import { newId } from '../accounts/secrets.ts';
import { tellOfOwn, type TellPorts } from '../system/tell-of-own.ts';
import { auditBy, type Caller, done, type Outcome, type Refusal, refuse } from '../../ports/outcome.ts';
import { readScript } from './read-script.ts';

export interface FlowPorts extends KnownAccounts, TellPorts {
  readonly flows: FlowStore;
}

const mayEdit = (caller: Caller, flow: FlowRecord): boolean =>
  flow.owner.id === caller.id || flow.coOwners.includes(caller.id) || caller.roles.includes('admin');

/** Whether an account may see and run a flow: owners, co-owners, users; operators see everything. */
export const maySeeFlow = (caller: Caller, flow: FlowRecord): boolean =>
  mayEdit(caller, flow) || flow.users.includes(caller.id) || seesEverything(caller.roles);

const peopleOf = ({ owner, coOwners, users }: FlowRecord): readonly string[] => [owner.id, ...coOwners, ...users];

const tell = (ports: FlowPorts, id: string, people: readonly string[]): void =>
  tellOfOwn(ports, { what: 'desktop-flow', id, people });

export async function listFlows(
  ports: FlowPorts,
  caller: Caller,
  search: string | undefined,
): Promise<readonly FlowRecord[]> {
  return await ports.flows.list(search ?? null, seesEverything(caller.roles) ? null : caller.id);
}

export async function flowFor(ports: FlowPorts, caller: Caller, id: string): Promise<Outcome<FlowRecord>> {
  const flow = await ports.flows.byId(id);
  return flow && maySeeFlow(caller, flow) ? done(flow) : refuse('not-found', { what: 'desktop flow' });
}

async function ownFlow(ports: FlowPorts, caller: Caller, id: string): Promise<Outcome<FlowRecord>> {
  const flow = await flowFor(ports, caller, id);
  if (!flow.ok || mayEdit(caller, flow.value)) return flow;
  return refuse('not-allowed', { detail: 'only owners and co-owners change a desktop flow.' });
}

export async function createFlow(
  ports: FlowPorts,
  caller: Caller,
  request: { name: string; description?: string; script: string },
): Promise<Outcome<FlowRecord>> {
  const tooLarge = refusedScript(request.script);
  if (tooLarge) return tooLarge;
  const flow = {
    id: newId() as DesktopFlowId,
    name: request.name,
    description: request.description ?? '',
    ownerId: caller.id,
    read: readScript(request.script),
  };
  const answer = await ports.flows.add(
    flow,
    auditBy(caller, 'create', `desktop-flow ${flow.id}`, { name: request.name }),
  );
  if (answer === 'name-taken') return refuse('flow-name-taken');
  tell(ports, flow.id, [caller.id]);
  return flowFor(ports, caller, flow.id);
}

export async function updateFlow(
  ports: FlowPorts,
  caller: Caller,
  id: string,
  change: { name?: string; description?: string },
): Promise<Outcome<FlowRecord>> {
  const flow = await ownFlow(ports, caller, id);
  if (!flow.ok) return flow;
  const answer = await ports.flows.change(id, change, auditBy(caller, 'update', `desktop-flow ${id}`, change));
  if (answer === 'name-taken') return refuse('flow-name-taken');
  tell(ports, id, peopleOf(flow.value));
  return flowFor(ports, caller, id);
}

export async function shareFlow(
  ports: FlowPorts,
  caller: Caller,
  id: string,
  shares: { coOwners: readonly string[]; users: readonly string[] },
): Promise<Outcome<FlowRecord>> {
  const flow = await ownFlow(ports, caller, id);
  if (!flow.ok) return flow;
  const unknown = await refusedAccounts(ports, [...shares.coOwners, ...shares.users]);
  if (unknown) return unknown;
  await ports.flows.change(id, shares, auditBy(caller, 'share', `desktop-flow ${id}`, shares));
  // Who may no longer see it loses it from the page at once.
  tell(ports, id, [...peopleOf(flow.value), ...shares.coOwners, ...shares.users]);
  return flowFor(ports, caller, id);
}

export async function scriptOf(
  ports: FlowPorts,
  caller: Caller,
  id: string,
  version: number | undefined,
): Promise<Outcome<{ script: string; version: number }>> {
  const flow = await flowFor(ports, caller, id);
  if (!flow.ok) return flow;
  const wanted = version ?? flow.value.version;
  const script = await ports.flows.script(id, wanted);
  return script === undefined ? refuse('not-found', { what: 'version' }) : done({ script, version: wanted });
}

/** Nobody's work is overwritten: a save on top of a version that is no longer the newest is refused. */
export async function saveScript(
  ports: FlowPorts,
  caller: Caller,
  id: string,
  request: { script: string; baseVersion: number },
): Promise<Outcome<FlowRecord>> {
  const tooLarge = refusedScript(request.script);
  if (tooLarge) return tooLarge;
  const flow = await ownFlow(ports, caller, id);
  if (!flow.ok) return flow;
  const audit = auditBy(caller, 'save', `desktop-flow ${id}`, { onVersion: request.baseVersion });
  const answer = await ports.flows.save(id, request.baseVersion, readScript(request.script), caller.id, audit);
  if ('newer' in answer) return refuse('flow-changed-meanwhile', { version: answer.newer });
  tell(ports, id, peopleOf(flow.value));
  return flowFor(ports, caller, id);
}

export async function versionsOf(
  ports: FlowPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<readonly FlowVersionRecord[]>> {
  const flow = await flowFor(ports, caller, id);
  return flow.ok ? done(await ports.flows.versions(id)) : flow;
}

export async function removeFlow(ports: FlowPorts, caller: Caller, id: string): Promise<Outcome<null>> {
  const flow = await ownFlow(ports, caller, id);
  if (!flow.ok) return flow;
  const answer = await ports.flows.remove(
    id,
    auditBy(caller, 'delete', `desktop-flow ${id}`, { name: flow.value.name }),
  );
  if (answer === 'in-use') return refuse('flow-in-use');
  tell(ports, id, peopleOf(flow.value));
  return done(null);
}

function refusedScript(script: string): Refusal | undefined {
  const bytes = Buffer.byteLength(script);
  return bytes > limits.SCRIPT_BYTES_MAX
    ? refuse('too-large', { what: 'The script', limit: `${limits.SCRIPT_BYTES_MAX} bytes` })
    : undefined;
}
