import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * Found by seeds 2 and 44: a hello waited for a slow database while its gateway gave that link up and confirmed a newer one;
 * judged only then, its number looked like that of a copy, and an honest gateway was quarantined.
 */
test('a hello that is judged after a newer link was confirmed quarantines no honest gateway', async () => {
  for (const seed of [2, 44]) expect((await simulateSeed({ seed })).failure).toBeNull();
});
