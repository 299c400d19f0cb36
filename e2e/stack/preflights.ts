import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { waitUntil } from './wait-until.ts';

/** Has every member try a connection, and gives each one's answer by its name. */
export async function preflightOf(
  client: ApiClient,
  connectionId: string,
): Promise<Readonly<Record<string, string | null>>> {
  await client.beginPreflight({ params: { id: connectionId } });
  const { members } = await waitUntil('the check to be over', async () => {
    const found = await client.getPreflight({ params: { id: connectionId } });
    return found.state === 'over' ? found : undefined;
  });
  return Object.fromEntries(members.map(({ gatewayName, answer }) => [gatewayName, answer]));
}
