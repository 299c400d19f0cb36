import type { SetAside } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Gateway } from './gateways.ts';

/** A gateway of the API as the rules about members look at it. */
export function standingOf(
  gateway: Gateway,
): Omit<Gateway, 'setAside'> & { readonly online: boolean; readonly setAside: SetAside | null } {
  const next = gateway.setAside?.nextCanaryAt ?? null;
  const setAside = gateway.setAside && { nextCanaryAtMs: next === null ? null : Date.parse(next) };
  return { ...gateway, setAside, online: gateway.status === 'online' };
}
