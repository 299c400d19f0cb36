import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import {
  openPersonDesktop,
  type PersonDesktop,
} from '../../packages/gateway/session-desktop/testing/person-session.ts';
import type { Person } from './people.ts';
import { waitUntil } from './wait-until.ts';

/** The person signs in at the machine: a session that Deskhand did not make. */
export const openDesktopOf = ({ user, uid }: Person): Promise<PersonDesktop> =>
  openPersonDesktop({ user, uid, gid: uid, home: `/home/${user}`, shell: '/bin/bash' }, true);

/** Every gateway has seen that the person's session is locked, or open. */
export const whenSessionSeen = (client: ApiClient, { user }: Person, locked: boolean): Promise<true> =>
  waitUntil(
    `the gateways to see that the session of ${user} is ${locked ? 'locked' : 'open'}`,
    async () =>
      (await client.listGateways()).items.every(({ machine }) =>
        machine?.sessions.some((session) => session.user === user && session.locked === locked),
      ) || undefined,
  );

export const whenNoSessionSeen = (client: ApiClient, { user }: Person): Promise<true> =>
  waitUntil(
    `the gateways to see that ${user} has no session`,
    async () =>
      (await client.listGateways()).items.every(
        ({ machine }) => machine?.sessions.every((session) => session.user !== user) ?? false,
      ) || undefined,
  );
