import type { CapacityFigures, CapacityPlan } from '@deskhand/protocol/http/capacity.ts';
import { formatDuration, formatNumber } from '../../ui/format.ts';

type Real = NonNullable<CapacityPlan['real']>;

interface Line {
  readonly name: string;
  readonly of: (figures: CapacityFigures) => string;
  /** What really happened, where that was noted. */
  readonly really?: (real: Real) => string;
}

/** Waits are told in seconds and more, so none at all is not told in milliseconds. */
export const waited = (ms: number): string => (ms === 0 ? '0 s' : formatDuration(ms));

const lines: readonly Line[] = [
  { name: 'Machines that take runs', of: ({ members, slots }) => `${members} with ${formatNumber(slots)} slots` },
  { name: 'Runs', of: ({ runs }) => formatNumber(runs), really: ({ runs }) => formatNumber(runs) },
  {
    name: 'Missed their start deadline',
    of: ({ missed }) => formatNumber(missed),
    really: ({ missed }) => formatNumber(missed),
  },
  {
    name: 'Half waited up to',
    of: ({ waits }) => waited(waits.p50Ms),
    really: ({ waits }) => waited(waits.p50Ms),
  },
  {
    name: '95 % waited up to',
    of: ({ waits }) => waited(waits.p95Ms),
    really: ({ waits }) => waited(waits.p95Ms),
  },
  {
    name: 'The longest wait',
    of: ({ waits }) => waited(waits.maxMs),
    really: ({ waits }) => waited(waits.maxMs),
  },
  { name: 'Slots in use at once, at most', of: ({ slotsPeak }) => formatNumber(slotsPeak) },
  {
    name: 'Add-ons in use at once, at most',
    of: ({ addOnsPeak, addOns }) => `${addOnsPeak} of ${addOns ?? 'unlimited'}`,
  },
];

/** Before and after beside one another; what really happened shows how far the play can be trusted. */
export function PlanFigures({ plan: { real, before, after } }: { readonly plan: CapacityPlan }) {
  return (
    <div className="table-frame plan-table">
      <table aria-label="Waits before and after">
        <thead>
          <tr>
            <td />
            {real && <th scope="col">What really happened</th>}
            <th scope="col">Played as it is</th>
            {after && <th scope="col">With the changes</th>}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, of, really }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {real && <td className="num">{really?.(real) ?? ''}</td>}
              <td className="num">{of(before)}</td>
              {after && <td className="num strong">{of(after)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
