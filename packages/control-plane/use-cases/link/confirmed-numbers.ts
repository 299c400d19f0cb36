const GATEWAYS_KEPT_MAX = 20_000;

/**
 * Since when this server has known which number a gateway confirmed, in a counting of its own. A hello that was asked for
 * before that may be late rather than old: its gateway gave the link up and has another one by now, and is no copy.
 */
export interface ConfirmedNumbers {
  /** A moment to compare with: everything learnt before it was known then. */
  now(): number;
  learn(gatewayId: string, confirmed: number): void;
  wasKnown(gatewayId: string, confirmed: number, at: number): boolean;
}

export function createConfirmedNumbers(): ConfirmedNumbers {
  const learnt = new Map<string, { readonly confirmed: number; readonly at: number }>();
  let moment = 0;
  return {
    now: () => moment,
    learn: (gatewayId, confirmed) => {
      if ((learnt.get(gatewayId)?.confirmed ?? -1) >= confirmed) return;
      // Whoever is forgotten is learnt again: a copy is found out one connect later.
      if (learnt.size >= GATEWAYS_KEPT_MAX) learnt.clear();
      moment += 1;
      learnt.set(gatewayId, { confirmed, at: moment });
    },
    wasKnown: (gatewayId, confirmed, at) => {
      const known = learnt.get(gatewayId);
      return known !== undefined && known.confirmed >= confirmed && known.at <= at;
    },
  };
}
