import type { Connection, connectionRoutes } from '@deskhand/protocol/http/connections.ts';
import type { ConnectionRecord } from '../../ports/connections.ts';
import {
  type ConnectionPorts,
  connectionFor,
  createConnection,
  listConnections,
  removeConnection,
  rotateConnection,
  shareConnection,
  updateConnection,
} from '../../use-cases/connections/connections.ts';
import { done, type Outcome } from '../../ports/outcome.ts';
import { empty, type HandlersOf, iso, isoOrNull } from './handlers.ts';

export function connectionHandlers(ports: ConnectionPorts): HandlersOf<typeof connectionRoutes> {
  return {
    listConnections: async ({ caller }) =>
      done({ items: (await listConnections(ports, caller)).map(connectionToWire) }),
    createConnection: async ({ caller, body }) => reply(await createConnection(ports, caller, body)),
    getConnection: async ({ caller, params }) => reply(await connectionFor(ports, caller, params.id)),
    updateConnection: async ({ caller, params, body }) => reply(await updateConnection(ports, caller, params.id, body)),
    rotateConnection: async ({ caller, params, body }) => reply(await rotateConnection(ports, caller, params.id, body)),
    shareConnection: async ({ caller, params, body }) =>
      reply(await shareConnection(ports, caller, params.id, body.accounts)),
    deleteConnection: async ({ caller, params }) => {
      const answer = await removeConnection(ports, caller, params.id);
      return answer.ok ? done(empty) : answer;
    },
  };
}

const reply = (answer: Outcome<ConnectionRecord>): Outcome<Connection> =>
  answer.ok ? done(connectionToWire(answer.value)) : answer;

function connectionToWire(connection: ConnectionRecord): Connection {
  return {
    id: connection.id,
    name: connection.name,
    clusterId: connection.clusterId,
    clusterName: connection.clusterName,
    accountName: connection.accountName,
    hasPassword: connection.hasPassword,
    passwordVersion: connection.passwordVersion,
    whenSessionBlocked: connection.whenSessionBlocked,
    notifications: connection.notifications,
    owner: connection.owner,
    sharedWith: [...connection.sharedWith],
    createdAt: iso(connection.createdAt),
    rotatedAt: isoOrNull(connection.rotatedAt),
  };
}
