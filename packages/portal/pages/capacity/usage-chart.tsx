import type { CapacityFigures } from '@deskhand/protocol/http/capacity.ts';
import { formatCount, formatDuration, formatNumber } from '../../ui/format.ts';
import { waited } from './plan-figures.tsx';

const WIDTH = 1000;
const HEIGHT = 120;

interface UsageChartProps {
  readonly figures: CapacityFigures;
  readonly title: string;
}

/** Slots in use, a bar for each stretch of time; red where runs came that missed their start deadline. */
export function UsageChart({ figures, title }: UsageChartProps) {
  const { buckets, slots, slotsPeak, bucketMs } = figures;
  const top = Math.max(slots, slotsPeak, 1);
  const step = WIDTH / Math.max(1, buckets.length);
  const yOf = (value: number): number => HEIGHT - (value / top) * HEIGHT;
  return (
    <figure className="usage">
      <figcaption className="small">
        <span className="strong">{title}</span>{' '}
        <span className="faint">
          bars of {formatDuration(bucketMs)}, up to {formatNumber(slotsPeak)} of {formatNumber(slots)} slots in use
        </span>
      </figcaption>
      <svg
        viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summaryOf(figures)}
      >
        {buckets.map(({ fromMs, slotsMean, slotsPeak: peak, missed, arrived }, index) => (
          <g key={fromMs} data-missed={missed > 0 || undefined}>
            <title>{`${clockOf(fromMs)}: ${slotsMean.toFixed(1)} slots on average, ${peak} at most, ${formatCount(arrived, 'run')} came, ${missed} missed`}</title>
            <rect
              className="usage-peak"
              x={index * step}
              width={step * 0.8}
              y={yOf(peak)}
              height={HEIGHT - yOf(peak)}
            />
            <rect
              className="usage-mean"
              x={index * step}
              width={step * 0.8}
              y={yOf(slotsMean)}
              height={HEIGHT - yOf(slotsMean)}
            />
            {missed > 0 && <rect className="usage-missed" x={index * step} width={step * 0.8} y={HEIGHT} height={4} />}
          </g>
        ))}
        <line className="usage-limit" x1={0} x2={WIDTH} y1={yOf(slots)} y2={yOf(slots)} />
      </svg>
      <BusyHours figures={figures} title={title} />
    </figure>
  );
}

/** What the colours of the bars mean, once for all charts of a plan. */
export function UsageKey() {
  return (
    <ul className="usage-key" aria-label="Bars" style={{ listStyle: 'none' }}>
      <li>
        <span className="swatch usage-mean" aria-hidden />
        on average
      </li>
      <li>
        <span className="swatch usage-peak" aria-hidden />
        at most
      </li>
      <li>
        <span className="swatch usage-missed" aria-hidden />
        runs missed their start deadline
      </li>
      <li>
        <span className="swatch usage-limit" aria-hidden />
        all slots
      </li>
    </ul>
  );
}

/** The same as text: what a chart shows must not need eyes or a mouse. */
function BusyHours({ figures: { buckets }, title }: UsageChartProps) {
  const busy = buckets.filter(({ arrived, slotsPeak }) => arrived > 0 || slotsPeak > 0);
  if (busy.length === 0) return <p className="faint small">No run used any slot.</p>;
  return (
    <details className="small">
      <summary>Figures of each bar</summary>
      <div className="table-frame usage-rows">
        <table aria-label={`Slots in use, ${title}`}>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Runs</th>
              <th scope="col">Missed</th>
              <th scope="col">95 % waited up to</th>
              <th scope="col">Slots, average</th>
              <th scope="col">Slots, most</th>
            </tr>
          </thead>
          <tbody>
            {busy.map((bucket) => (
              <tr key={bucket.fromMs} data-tone={bucket.missed > 0 ? 'bad' : undefined}>
                <th scope="row" className="num">
                  {clockOf(bucket.fromMs)}
                </th>
                <td className="num">{bucket.arrived}</td>
                <td className="num">{bucket.missed}</td>
                <td className="num">{waited(bucket.waitP95Ms)}</td>
                <td className="num">{bucket.slotsMean.toFixed(1)}</td>
                <td className="num">{bucket.slotsPeak}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const moment = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const clockOf = (ms: number): string => moment.format(new Date(ms));

function summaryOf({ buckets, slots, slotsPeak, missed }: CapacityFigures): string {
  const full = buckets.filter((bucket) => bucket.slotsPeak >= slots).length;
  return `Slots in use over time: at most ${slotsPeak} of ${slots}; all of them in ${full} of ${buckets.length} bars; ${missed} runs missed their start deadline.`;
}
