import { createMachineLock, type MachineLock } from './machine-lock.ts';

/** One at a time proves the password of an account: a run's sign-in and a preflight never do so at once. */
export interface AccountTurns {
  readonly hold: <T>(user: string, prove: () => Promise<T>) => Promise<T>;
}

export function createAccountTurns(): AccountTurns {
  const turns = new Map<string, { readonly lock: MachineLock; waiting: number }>();
  return {
    hold: async (user, prove) => {
      const turn = turns.get(user) ?? { lock: createMachineLock(), waiting: 0 };
      turns.set(user, turn);
      turn.waiting += 1;
      try {
        return await turn.lock.hold(prove);
      } finally {
        turn.waiting -= 1;
        if (turn.waiting === 0) turns.delete(user);
      }
    },
  };
}
