import Type, { type Static } from 'typebox';
import { limits } from '../limits.ts';
import { count, id, idParams, listOf, name, oneOf, orNull, route, time } from './route.ts';

export const Connection = Type.Object({
  id,
  name,
  clusterId: id,
  clusterName: name,
  /** As the person wrote it: `alice`, `.\\alice`, `SERVER\\alice`, `alice@corp.example`. */
  accountName: Type.String({ maxLength: 256 }),
  hasPassword: Type.Boolean(),
  /** Rises with each rotation; part of what the password is bound to. */
  passwordVersion: Type.Integer(),
  whenSessionBlocked: oneOf(['fail', 'wait']),
  notifications: Type.Boolean(),
  owner: orNull(Type.Object({ id, name })),
  sharedWith: Type.Array(id),
  createdAt: time,
  rotatedAt: orNull(time),
});
export type Connection = Static<typeof Connection>;

const sealed = Type.String({
  maxLength: limits.SEALED_BYTES_MAX,
  description: 'Output of `seal` to the cluster key, base64url',
});

export const connectionRoutes = {
  listConnections: route('GET', '/connections', {
    permission: 'signed-in',
    summary: 'Connections of yours or shared with you',
    reply: listOf(Connection),
  }),
  createConnection: route('POST', '/connections', {
    permission: 'connection.use',
    summary: 'Make a connection; its password follows sealed with rotateConnection',
    body: Type.Object({
      name,
      clusterId: id,
      accountName: Type.String({ minLength: 1, maxLength: 256 }),
      whenSessionBlocked: Type.Optional(oneOf(['fail', 'wait'])),
      notifications: Type.Optional(Type.Boolean()),
    }),
    reply: Connection,
  }),
  getConnection: route('GET', '/connections/{id}', {
    permission: 'signed-in',
    summary: 'One connection',
    params: idParams,
    reply: Connection,
  }),
  updateConnection: route('PATCH', '/connections/{id}', {
    permission: 'signed-in',
    summary: 'Change name, what to do when a session blocks, notifications',
    params: idParams,
    body: Type.Partial(
      Type.Object({ name, whenSessionBlocked: oneOf(['fail', 'wait']), notifications: Type.Boolean() }),
    ),
    reply: Connection,
  }),
  rotateConnection: route('PUT', '/connections/{id}/password', {
    permission: 'signed-in',
    summary: 'Store a new sealed password; the server can never open it',
    params: idParams,
    body: Type.Object({
      sealed,
      clusterPublicKey: Type.String({ maxLength: 200 }),
      passwordVersion: count(1),
    }),
    reply: Connection,
  }),
  shareConnection: route('PUT', '/connections/{id}/shares', {
    permission: 'signed-in',
    summary: 'Set who may run code as this account',
    params: idParams,
    body: Type.Object({ accounts: Type.Array(id, { maxItems: 500 }) }),
    reply: Connection,
  }),
  deleteConnection: route('DELETE', '/connections/{id}', {
    permission: 'signed-in',
    summary: 'Delete a connection without unfinished runs',
    params: idParams,
  }),
};
