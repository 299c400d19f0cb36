import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { EndableLinks, GatewayLinks } from '../../ports/gateway-links.ts';

/** Over the link when this server holds it, else through the server that does. What is lost on the way was a hint only. */
export function tellGateway(
  { links, changes }: { readonly links: GatewayLinks; readonly changes: Pick<ChangeFeed, 'nudge'> },
  gatewayId: string,
  message: ServerMessage,
): void {
  if (!links.send(gatewayId, message)) changes.nudge({ kind: 'send', gatewayId, message });
}

/** Ends the link of a gateway wherever it is open; with `olderThan` only one of a lower number. */
export function closeLinks(
  { links, changes }: { readonly links: EndableLinks; readonly changes: Pick<ChangeFeed, 'nudge'> },
  gatewayId: string,
  olderThan?: number,
): void {
  links.close(gatewayId, olderThan);
  changes.nudge({ kind: 'unlink', gatewayId, olderThan: olderThan ?? null });
}
