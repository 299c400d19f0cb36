import type { Pool } from 'pg';
import type { GatewayLinkStore } from '../../ports/gateway-links.ts';
import { bumpClusters } from './bump-cluster.ts';
import { json } from './json.ts';
import { named } from './named.ts';
import { together } from './together.ts';

type LinkWrites = Pick<GatewayLinkStore, 'prepareLink' | 'confirmLink' | 'openLink' | 'closeLink'>;
type Prepared = Awaited<ReturnType<GatewayLinkStore['prepareLink']>>;
type Opened = Parameters<GatewayLinkStore['openLink']>[0];

const GATEWAYS_PER_STATEMENT_MAX = 200;
/** With the longest facts that a link may carry, this many are still a bearable statement. */
const OPENED_PER_STATEMENT_MAX = 50;

/**
 * The begin and the end of links. When the network or a server breaks, all links end and begin at the same time, and each
 * commit would wait for the disk. Rows are locked in one order, gateways before clusters, so that nobody waits in a circle.
 */
export function linkWrites(pool: Pool): LinkWrites {
  const ofGateway = { keyOf: ({ gatewayId }: { readonly gatewayId: string }) => gatewayId };
  const bounds = { ...ofGateway, weightMax: GATEWAYS_PER_STATEMENT_MAX };
  const prepare = together({ ...bounds, write: (all: readonly ToPrepare[]) => prepareLinks(pool, all) });
  const confirm = together({ ...bounds, write: (all: readonly Numbered[]) => confirmLinks(pool, all) });
  const close = together({ ...bounds, write: (all: readonly Numbered[]) => closeLinks(pool, all) });
  const open = together({
    ...ofGateway,
    weightMax: OPENED_PER_STATEMENT_MAX,
    write: (all: readonly Opened[]) => openLinks(pool, all),
  });
  return {
    prepareLink: (gatewayId, pending, chosenBy) => prepare({ gatewayId, pending, chosenBy }),
    confirmLink: (gatewayId, linkNumber) => confirm({ gatewayId, linkNumber }),
    closeLink: (gatewayId, linkNumber) => close({ gatewayId, linkNumber }),
    openLink: async (link) => {
      const isOpen = await open(link);
      if (isOpen && link.encryptedClusterKey !== null)
        await keepClusterKey(pool, link.gatewayId, link.encryptedClusterKey);
      return isOpen;
    },
  };
}

interface ToPrepare {
  readonly gatewayId: string;
  readonly pending: number;
  readonly chosenBy: Parameters<GatewayLinkStore['prepareLink']>[2];
}

async function prepareLinks(pool: Pool, all: readonly ToPrepare[]): Promise<readonly Prepared[]> {
  const rows = await named<{ id: string; epoch: string; commit: number }>(
    pool,
    'prepare-links',
    `with chosen as (
        select g.id, s.pending from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as s(id, pending, confirmed, before)
          join gateway g on g.id = s.id and g.link_number = s.confirmed and g.pending_link_number is not distinct from s.before
            and not g.quarantined and g.removed_at is null
        order by g.id for no key update of g
      ), kept as (
        update gateway g set pending_link_number = c.pending from chosen c where g.id = c.id returning g.id
      ) select id, (select epoch from installation) as epoch, nextval('commit_counter') as commit from kept`,
    [
      all.map((one) => one.gatewayId),
      all.map((one) => one.pending),
      all.map((one) => one.chosenBy.confirmed),
      all.map((one) => one.chosenBy.pending),
    ],
  );
  const prepared = new Map(rows.map(({ id, epoch, commit }) => [id, { epoch, commit }]));
  return all.map(({ gatewayId }) => prepared.get(gatewayId));
}

interface Numbered {
  readonly gatewayId: string;
  readonly linkNumber: number;
}
const idsAndNumbers = (all: readonly Numbered[]): unknown[] => [
  all.map((one) => one.gatewayId),
  all.map((one) => one.linkNumber),
];

async function confirmLinks(pool: Pool, all: readonly Numbered[]): Promise<readonly boolean[]> {
  const rows = await named<{ id: string }>(
    pool,
    'confirm-links',
    `with newest as (
        select g.id, s.number from unnest($1::text[], $2::bigint[]) as s(id, number)
          join gateway g on g.id = s.id and g.link_number <= s.number and not g.quarantined and g.removed_at is null
        order by g.id for no key update of g
      ) update gateway g set link_number = n.number,
          journal_position_link = case when g.journal_position_link = g.link_number then n.number end,
          pending_link_number = case when g.pending_link_number > n.number then g.pending_link_number end
        from newest n where g.id = n.id returning g.id`,
    idsAndNumbers(all),
  );
  return foundIn(rows, all);
}

async function closeLinks(pool: Pool, all: readonly Numbered[]): Promise<readonly boolean[]> {
  const rows = await named<{ id: string }>(
    pool,
    'close-links',
    `with standing as (
        select g.id from unnest($1::text[], $2::bigint[]) as s(id, number)
          join gateway g on g.id = s.id and g.link_number = s.number and g.linked_to is not null
        order by g.id for no key update of g
      ), closed as (
        update gateway g set linked_to = null, unreachable_since = coalesce(g.unreachable_since, clock_timestamp())
        from standing s where g.id = s.id returning g.id, g.cluster_id
      ), bumped as (${bumpClusters('select cluster_id from closed')}) select id from closed`,
    idsAndNumbers(all),
  );
  return foundIn(rows, all);
}

async function openLinks(pool: Pool, all: readonly Opened[]): Promise<readonly boolean[]> {
  const rows = await named<{ id: string }>(
    pool,
    'open-links',
    `with newest as (
        select g.id, g.cluster_id, s.number, s.replica, s.journal_id, s.version, s.facts, s.position,
            s.link_version
          from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[], $8::int[])
            as s(id, number, replica, journal_id, version, facts, position, link_version)
          join gateway g on g.id = s.id and g.link_number = s.number and not g.quarantined and g.removed_at is null
        order by g.id for no key update of g
      ), opened as (
        update gateway g set linked_to = n.replica, journal_id = n.journal_id, version = n.version, facts = n.facts, link_version = n.link_version,
          last_seen_at = clock_timestamp(), unreachable_since = null,
          journal_position = n.position, journal_position_link = n.number
        from newest n where g.id = n.id returning g.id
      ), bumped as (${bumpClusters('select cluster_id from gateway where id = any($1) and (select count(*) from opened) >= 0')})
      select id from opened`,
    [
      ...idsAndNumbers(all),
      all.map((one) => one.replica),
      all.map((one) => one.journalId),
      all.map((one) => one.version),
      all.map((one) => json(one.facts)),
      all.map((one) => one.journalPosition),
      all.map((one) => one.linkVersion ?? 1),
    ],
  );
  return foundIn(rows, all);
}

function foundIn(rows: readonly { readonly id: string }[], all: readonly { readonly gatewayId: string }[]): boolean[] {
  const found = new Set(rows.map(({ id }) => id));
  return all.map(({ gatewayId }) => found.has(gatewayId));
}

async function keepClusterKey(pool: Pool, gatewayId: string, encryptedKey: string): Promise<void> {
  await pool.query(
    'update gateway_cluster set encrypted_key = $2 where id = (select cluster_id from gateway where id = $1)',
    [gatewayId, encryptedKey],
  );
}
