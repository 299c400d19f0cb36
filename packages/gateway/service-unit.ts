/** The unit that keeps the gateway of a machine running, from its start on. */
export const SERVICE_UNIT = 'deskhand-gateway.service';
export const SERVICE_UNIT_FOLDER = '/etc/systemd/system';
/** A supervised gateway that should start anew ends, and is started again so much later. */
const RESTART_DELAY_S = 2;
const STOP_WAIT_S = 30;

export interface ServiceWish {
  readonly nodePath: string;
  readonly nodeArguments: readonly string[];
  readonly mainPath: string;
  readonly arguments: readonly string[];
}

/**
 * Sessions outlive the gateway, so only the gateway's own process is ended with the unit; and what a flow eats in memory is
 * no reason to end it. It waits for the network, and never gives up starting: whoever looks after the machine mends first and
 * asks no service manager for another chance.
 */
export function serviceText({ nodePath, nodeArguments, mainPath, arguments: given }: ServiceWish): string {
  const command = [nodePath, ...nodeArguments, mainPath, 'run', '--supervised', ...given].map(quoted).join(' ');
  return `[Unit]
Description=Deskhand gateway: runs desktop flows on this machine
Wants=network-online.target
After=network-online.target dbus.service systemd-logind.service
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${command}
Restart=always
RestartSec=${RESTART_DELAY_S}
KillMode=process
TimeoutStopSec=${STOP_WAIT_S}
OOMPolicy=continue
TasksMax=infinity
UMask=0077

[Install]
WantedBy=multi-user.target
`;
}

/** Spaces and quotes as a unit's command line wants them; per cent and dollar signs mean something there. */
function quoted(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /[\s"'\\;]/.test(word) ? `"${escaped}"` : escaped;
}
