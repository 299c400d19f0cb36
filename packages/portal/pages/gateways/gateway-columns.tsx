import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { Switch } from '@fluentui/react-components';
import { Warning16Regular } from '@fluentui/react-icons';
import { healthHelp, journalHelp } from '@deskhand/protocol/help-links.ts';
import { HelpLink } from '../../ui/help-link.tsx';
import { ActionMenu, type MenuAction } from '../../ui/action-menu.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { Moment } from '../../ui/time.tsx';
import { HealthBadge } from './health-badge.tsx';

interface GatewayColumnOptions {
  readonly menu: (gateway: Gateway) => readonly MenuAction[];
  readonly onEnable: (gateway: Gateway, enabled: boolean) => void;
  readonly whyNot: string | null;
}

export function gatewayColumns({ menu, onEnable, whyNot }: GatewayColumnOptions): readonly Column<Gateway>[] {
  return [
    {
      key: 'order',
      header: 'Order',
      width: '60px',
      numeric: true,
      cell: ({ order }) => order,
    },
    { key: 'name', header: 'Gateway', width: '16%', cell: (gateway) => <Machine gateway={gateway} /> },
    { key: 'status', header: 'Status', width: '140px', cell: (gateway) => <HealthBadge word={gateway.health.word} /> },
    {
      key: 'enabled',
      header: 'Takes runs',
      width: '96px',
      named: true,
      cell: (gateway) => (
        <Switch
          className="row-switch"
          checked={gateway.enabled}
          disabled={whyNot !== null}
          aria-label={`${gateway.name} takes runs`}
          {...(whyNot ? { title: whyNot } : {})}
          onChange={(_event, { checked }) => onEnable(gateway, checked)}
        />
      ),
    },
    { key: 'policy', header: 'Session policy', width: '128px', cell: (gateway) => <Policy gateway={gateway} /> },
    {
      key: 'sessions',
      header: 'Sessions',
      secondary: true,
      cell: (gateway) => <Sessions gateway={gateway} />,
    },
    {
      key: 'slots',
      header: 'Slots',
      width: '72px',
      numeric: true,
      cell: ({ machine }) => (machine ? `${machine.slotsInUse}/${machine.sessionLimit}` : '–'),
    },
    {
      key: 'version',
      header: 'Version',
      width: '80px',
      secondary: true,
      cell: ({ version }) => <span className="num">{version}</span>,
    },
    {
      key: 'seen',
      header: 'Last word',
      width: '112px',
      named: true,
      cell: (gateway) => <Moment at={gateway.lastSeenAt} relative />,
    },
    {
      key: 'menu',
      header: 'Actions',
      quiet: true,
      width: '48px',
      cell: (gateway) => (
        <div className="cell-menu">
          <ActionMenu label={`Actions for ${gateway.name}`} actions={menu(gateway)} />
        </div>
      ),
    },
  ];
}

function Machine({ gateway: { name, machine } }: { readonly gateway: Gateway }) {
  return (
    <>
      <span className="clip strong" title={name}>
        {name}
      </span>
      {machine && <span className="clip small faint">{machine.operatingSystem}</span>}
    </>
  );
}

function Policy({ gateway }: { readonly gateway: Gateway }) {
  const { machine } = gateway;
  if (!machine) return <span className="faint">–</span>;
  return (
    <span className="row tight">
      <span>{machine.policy}</span>
      {machine.rehearsal && (
        <span
          className="tag"
          data-tone="doubt"
          title="An admin set this policy: the machine obeys that Windows rule with its own sessions."
        >
          {machine.rehearsal === 'multi-session-rds' ? 'Rehearsal, RDS' : 'Rehearsal'}
        </span>
      )}
    </span>
  );
}

function Sessions({ gateway }: { readonly gateway: Gateway }) {
  const sessions = gateway.machine?.sessions ?? [];
  if (sessions.length === 0) return <span className="faint">None</span>;
  const text = sessions
    .map((session) => {
      const lock = session.locked === true ? ', locked' : session.locked === 'unknown' ? ', lock unknown' : '';
      return `${session.user} ${session.state}${lock}${session.ours ? ' (ours)' : ''}`;
    })
    .join(' · ');
  return (
    <span className="two-lines" title={text}>
      {text}
    </span>
  );
}

export const hasNote = ({ health, journalFault, maintenance, setAside }: Gateway): boolean =>
  health.advice.length > 0 || journalFault !== null || maintenance !== null || setAside !== null;

/** What keeps a machine from taking every run, each with its fix as the gateway found it. */
export function GatewayNote({ gateway }: { readonly gateway: Gateway }) {
  const { maintenance, setAside } = gateway;
  const { advice } = gateway.health;
  return (
    <ul className="notes">
      {maintenance && (
        <li className="state" data-tone="waiting">
          <span>
            In maintenance since <Moment at={maintenance.since} />
            {maintenance.note && `: ${maintenance.note}`}
          </span>
        </li>
      )}
      {setAside && (
        <li className="state" data-tone="bad">
          <span>
            Set aside since <Moment at={setAside.since} />: {setAside.canariesPassed} of {setAside.canariesToPass}{' '}
            canary sign-ins succeeded,{' '}
            {setAside.nextCanaryAt ? (
              <>
                the next one is at <Moment at={setAside.nextCanaryAt} />
              </>
            ) : (
              'one is under way'
            )}
          </span>
        </li>
      )}
      {gateway.journalFault && (
        <li className="state" data-tone="bad">
          Journal: {gateway.journalFault} <HelpLink to={journalHelp}>Learn more</HelpLink>
        </li>
      )}
      {advice.map((text) => (
        <li key={text} className="row tight" data-tone="waiting">
          <span className="state" data-tone="waiting">
            <Warning16Regular aria-label="Advice" />
          </span>
          {text}
        </li>
      ))}
      {advice.length > 0 && (
        <li className="faint">
          <HelpLink to={healthHelp[gateway.health.word]}>Learn more</HelpLink>
        </li>
      )}
    </ul>
  );
}
