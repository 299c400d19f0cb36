/** What the server remembers of a gateway's links. */
export interface LinkNumbers {
  /** The highest number that the gateway confirmed; 0 before its first link. */
  readonly confirmed: number;
  /** The highest number given out and not yet confirmed; null when there is none. */
  readonly pending: number | null;
}

export type ConnectJudgement =
  | { readonly verdict: 'accept' | 'replace' }
  | {
      readonly verdict: 'quarantine';
      readonly because: 'older-link-number' | 'link-number-never-given';
      readonly message: string;
    };

/**
 * A connect presents the highest number the gateway has fsynced (§7.5). That is the last confirmed one, or one given out
 * since whose confirmation was lost on the way. An older number shows a copy of the machine or one rolled back: two
 * programs with one identity, so it is quarantined. The newer link replaces an open one.
 */
export function judgeConnect(presented: number, numbers: LinkNumbers, isLinkOpen: boolean): ConnectJudgement {
  if (presented < numbers.confirmed) {
    return {
      verdict: 'quarantine',
      because: 'older-link-number',
      message: `The gateway presented link ${String(presented)}, but link ${String(numbers.confirmed)} was confirmed: its machine was cloned or set back.`,
    };
  }
  if (presented > (numbers.pending ?? numbers.confirmed)) {
    return {
      verdict: 'quarantine',
      because: 'link-number-never-given',
      message: `The gateway presented link ${String(presented)}, which this server never gave out.`,
    };
  }
  return { verdict: isLinkOpen ? 'replace' : 'accept' };
}

/** The number for the next link: higher than any given out, so that no two links ever share one. */
export function nextLinkNumber(numbers: LinkNumbers): number {
  return Math.max(numbers.confirmed, numbers.pending ?? 0) + 1;
}

/** The gateway says that it has fsynced the number; confirming twice changes nothing. */
export function confirmLink(numbers: LinkNumbers, confirmed: number): LinkNumbers {
  const highest = Math.max(numbers.confirmed, confirmed);
  const pending = numbers.pending !== null && numbers.pending > highest ? numbers.pending : null;
  return { confirmed: highest, pending };
}
