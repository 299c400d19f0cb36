import { audit, type Operations } from './context.contract.ts';
import { conditionsOf, runOf } from './run-operations.contract.ts';

/** What is done with many runs at once. */
export const manyRunsOperations: Operations = {
  cancelMany: {
    weight: 2,
    prepare: (context, choose) => {
      const ids = Array.from({ length: 1 + choose.below(4) }, () => runOf(context, choose));
      const act = () => context.stores.runs.cancelMany(ids, 'Alice', audit('cancel', 'runs'));
      return { says: `cancels ${ids.join(', ')} together`, act, unordered: true };
    },
  },
  find: {
    weight: 2,
    prepare: (context, choose) => {
      const stretch = {
        ...conditionsOf(context, choose),
        after: choose.chance(0.6) ? 0 : choose.below(20),
        upTo: choose.chance(0.6) ? 1_000 : choose.below(20),
        limit: choose.of([1, 5, 100]),
      };
      return { says: `finds runs ${JSON.stringify(stretch)}`, act: () => context.stores.runs.find(stretch) };
    },
  },
  count: {
    weight: 1,
    prepare: (context, choose) => {
      const conditions = conditionsOf(context, choose);
      return { says: `counts runs ${JSON.stringify(conditions)}`, act: () => context.stores.runs.count(conditions) };
    },
  },
};
