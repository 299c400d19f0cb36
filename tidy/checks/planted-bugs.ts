import { allMutations, whyNotApplicable } from '../../simulator/commands/mutations.ts';
import type { Check } from '../repository.ts';

const MUTATIONS_MIN = 15;

/** A planted bug that fits the source no longer proves nothing: it is planted anew in the same change. */
export const plantedBugsFit: Check = {
  name: 'every planted bug of simulator/mutations can still be planted',
  find: () => {
    const mutations = allMutations();
    const tooFew = {
      path: 'simulator/mutations',
      what: `holds ${String(mutations.length)} planted bugs of ${String(MUTATIONS_MIN)}`,
    };
    return [
      ...(mutations.length < MUTATIONS_MIN ? [tooFew] : []),
      ...mutations.flatMap((mutation) => {
        const because = whyNotApplicable(mutation);
        return because === undefined ? [] : [{ path: `simulator/mutations/${mutation.name}.patch`, what: because }];
      }),
    ];
  },
};
