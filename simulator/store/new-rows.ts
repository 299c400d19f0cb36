import type { AccountRow, ClusterRow, ConnectionRow, FlowRow, FlowVersionRow, GatewayRow } from './rows.ts';

/** New rows with the columns' defaults, as an insert makes them. */
export function newAccount(
  given: Pick<AccountRow, 'id' | 'name' | 'email' | 'createdAtMs'> & Partial<AccountRow>,
): AccountRow {
  return { passwordHash: null, roles: [], disabled: false, osAccounts: [], lastSignInAtMs: null, ...given };
}

export function newCluster(given: Pick<ClusterRow, 'id' | 'name' | 'ownerId'> & Partial<ClusterRow>): ClusterRow {
  return {
    runOnAllGateways: false,
    selection: 'random',
    startDeadlineMs: 10_800_000,
    accountRule: 'same',
    serviceAccounts: [],
    liveView: false,
    sharedWith: [],
    fairness: null,
    publicKey: null,
    encryptedKey: null,
    negotiation: 'off',
    queueVersion: 0,
    topCounter: 0,
    ...given,
  };
}

type GatewayGiven = 'id' | 'clusterId' | 'name' | 'ownerId' | 'publicKey' | 'sessionHost' | 'order' | 'enrolledAtMs';

export function newGateway(given: Pick<GatewayRow, GatewayGiven> & Partial<GatewayRow>): GatewayRow {
  return {
    version: '1',
    enabled: true,
    quarantined: false,
    maintenanceSinceMs: null,
    maintenanceNote: '',
    clockSkewMs: null,
    setAsideSinceMs: null,
    canariesPassed: 0,
    canaryPauseMs: 0,
    canaryDueAtMs: null,
    canaryRunId: null,
    putBackAtMs: null,
    policyOverride: null,
    capacityOverride: null,
    linkNumber: 0,
    pendingLinkNumber: null,
    linkVersion: 1,
    linkedTo: null,
    journalId: null,
    journalPosition: null,
    facts: null,
    journalFault: null,
    journalAwaitedSinceMs: null,
    lastSeenAtMs: null,
    unreachableSinceMs: null,
    removedAtMs: null,
    ...given,
  };
}

type ConnectionGiven = 'id' | 'name' | 'clusterId' | 'ownerId' | 'accountName' | 'machineUser' | 'createdAtMs';

export function newConnection(given: Pick<ConnectionRow, ConnectionGiven> & Partial<ConnectionRow>): ConnectionRow {
  return {
    sealedPassword: null,
    sealContext: 'connection',
    passwordVersion: 0,
    whenSessionBlocked: 'fail',
    notifications: true,
    sharedWith: [],
    rotatedAtMs: null,
    deletedAtMs: null,
    ...given,
  };
}

/** A flow with its first version. */
export function newFlow(
  given: Pick<FlowRow, 'id' | 'name' | 'ownerId' | 'createdAtMs'> & Partial<FlowRow>,
  version: Pick<FlowVersionRow, 'script'> & Partial<FlowVersionRow>,
): FlowRow {
  const read = { inputs: [], outputs: [], problems: 0 };
  const saved = { version: 1, savedBy: given.ownerId, savedAtMs: given.createdAtMs };
  return {
    description: '',
    coOwners: [],
    users: [],
    version: 1,
    versions: [{ ...read, ...saved, ...version }],
    updatedAtMs: given.createdAtMs,
    deletedAtMs: null,
    ...given,
  };
}
