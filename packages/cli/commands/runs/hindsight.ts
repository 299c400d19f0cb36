import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { helpOfStrategy } from '@deskhand/protocol/help-links.ts';
import type { Hindsight } from '@deskhand/protocol/http/capacity.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';

/** What a run that timed out while it waited is told; nothing for any other. */
export async function hindsightOf(api: ApiClient, run: Pick<Run, 'id' | 'state' | 'error'>): Promise<Hindsight | null> {
  if (run.state !== 'timedOut' || run.error?.code !== 'NoCandidateMachine') return null;
  return await api.getHindsight({ params: { id: run.id } });
}

export function hindsightLines(hindsight: Hindsight | null, server: string): readonly string[] {
  if (hindsight === null || hindsight.says.length === 0) return [];
  return [
    ...hindsight.says.map((said) => `what would have helped: ${said}`),
    `see: ${server}${helpOfStrategy(hindsight.strategy)}`,
  ];
}
