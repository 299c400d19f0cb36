import type { GatewayId } from '../brand.ts';
import type { PlaceInOrder, WhyBefore } from './why-before.ts';

/** What people call the two runs and a gateway. */
export interface NamesAsked {
  readonly first: string;
  readonly other: string;
  readonly gateway: (id: GatewayId) => string;
}

/** The answer in a sentence or two; what each member said to the other run stands beside it. */
export function whyText(why: WhyBefore, { first, other, gateway }: NamesAsked): string {
  switch (why.kind) {
    case 'stood-before':
      return `${first} stood before ${other} in the run queue: ${differenceText(why, { first, other })}.`;
    case 'could-not-start':
      return `${other} stood before ${first} in the run queue, but no gateway could start it at that moment, and a run that has to wait does not hold up the others.`;
    case 'offered-together':
      return `The same decision offered both ${first} and ${other}, each to a gateway with room for it.`;
    case 'behind-its-account':
      return `It was not the turn of ${other} yet: earlier runs of the same account stood before it.`;
    case 'was-refused':
      return `The same decision ended ${other} by a session rule; its error says which.`;
    case 'was-with-gateway':
      return `${other} was not waiting at that moment: the gateway ${gateway(why.gatewayId)} had it already, from an earlier attempt.`;
    case 'did-not-wait':
      return `${other} was not waiting in this run queue at that moment, as far as the server that decided knew.`;
  }
}

function differenceText(
  why: Extract<WhyBefore, { readonly kind: 'stood-before' }>,
  { first, other }: { readonly first: string; readonly other: string },
): string {
  switch (why.by) {
    case 'moved-to-top':
      return why.other.topRank === null
        ? `${first} had been moved to the top, and ${other} had not`
        : `both had been moved to the top, ${first} later than ${other}`;
    case 'priority':
      return `the priority of ${first} was ${why.first.priority}, and that of ${other} ${why.other.priority}`;
    case 'ageing':
      return `${first} had waited so long that it ranked among the high ones, and ${other} had not`;
    case 'share':
      return `whoever ${first} counts for had fewer runs at work at that moment than whoever ${other} counts for`;
    case 'request-number':
      return `nothing else told them apart, and ${first} was requested before ${other}`;
  }
}

/** `moved to the top (2), high priority, request 4812`. */
export function placeText({ topRank, priority, requestNumber }: PlaceInOrder): string {
  const moved = topRank === null ? '' : `moved to the top (${String(topRank)}), `;
  return `${moved}${priority} priority, request ${String(requestNumber)}`;
}
