import type { Fairness, Lane } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import {
  LANES_ARE_COUNTED,
  sayAgeing,
  sayLane,
  sayShare,
  TOP_IS_FIRST,
} from '@deskhand/domain/run-queue/fairness/fairness-texts.ts';
import { fairnessHelp } from '@deskhand/protocol/help-links.ts';
import { Field, Select } from '@fluentui/react-components';
import { HelpLink } from '../../ui/help-link.tsx';
import { NumberField } from './number-field.tsx';

interface FairnessFieldsProps {
  readonly fairness: Fairness;
  readonly isDisabled: boolean;
  readonly onChange: (fairness: Fairness) => void;
}

/** Ageing, share and lanes, each with a sentence that says what the choice does; of a cluster, or of a plan for it. */
export function FairnessFields({ fairness, isDisabled, onChange }: FairnessFieldsProps) {
  const change = (part: Partial<Fairness>) => onChange({ ...fairness, ...part });
  const parts = { fairness, isDisabled, change };
  return (
    <>
      <AgeingChoice {...parts} />
      <ShareChoice {...parts} />
      <LaneChoice {...parts} kind="high" />
      <LaneChoice {...parts} kind="short" />
      <p className="small faint">
        {fairness.lanes.length > 0 && `${LANES_ARE_COUNTED} `}
        {TOP_IS_FIRST} <HelpLink to={fairnessHelp}>An example</HelpLink>
      </p>
    </>
  );
}

interface ChoiceProps {
  readonly fairness: Fairness;
  readonly isDisabled: boolean;
  readonly change: (part: Partial<Fairness>) => void;
}

const AGEING_FIRST_MINUTES = 30;

function AgeingChoice({ fairness: { ageing }, isDisabled, change }: ChoiceProps) {
  return (
    <>
      <div className="row">
        <Field label="Ageing">
          <Select
            value={ageing === null ? 'off' : 'on'}
            disabled={isDisabled}
            onChange={(_event, { value }) =>
              change({ ageing: value === 'on' ? { afterMinutes: AGEING_FIRST_MINUTES } : null })
            }
          >
            <option value="off">Off</option>
            <option value="on">Long waits count</option>
          </Select>
        </Field>
        {ageing !== null && (
          <NumberField
            label="After minutes"
            value={ageing.afterMinutes}
            isDisabled={isDisabled}
            onChange={(afterMinutes) => change({ ageing: { afterMinutes } })}
          />
        )}
      </div>
      <p className="faint">{sayAgeing(ageing)}</p>
    </>
  );
}

function ShareChoice({ fairness: { share }, isDisabled, change }: ChoiceProps) {
  const asWritten = (by: string) => (by === 'user' || by === 'flow' ? { by, atMost: share?.atMost ?? null } : null);
  return (
    <>
      <div className="row">
        <Field label="Share">
          <Select
            value={share?.by ?? 'off'}
            disabled={isDisabled}
            onChange={(_event, { value }) => change({ share: asWritten(value) as Fairness['share'] })}
          >
            <option value="off">Off</option>
            <option value="user">Per user</option>
            <option value="flow">Per flow</option>
          </Select>
        </Field>
        {share !== null && (
          <NumberField
            label="At most at once (0: no limit)"
            value={share.atMost ?? 0}
            isDisabled={isDisabled}
            onChange={(atMost) => change({ share: { ...share, atMost: atMost === 0 ? null : atMost } })}
          />
        )}
      </div>
      <p className="faint">{sayShare(share)}</p>
    </>
  );
}

const SHORT_FIRST_MINUTES = 5;
const laneLabels = { high: 'Slots kept for high priority', short: 'Slots kept for short runs' } as const;

function LaneChoice({ fairness, isDisabled, change, kind }: ChoiceProps & { readonly kind: Lane['for'] }) {
  const lane = fairness.lanes.find((one) => one.for === kind);
  const others = fairness.lanes.filter((one) => one.for !== kind);
  const keep = (kept: Lane | null) => {
    const both = kept === null ? others : [kept, ...others];
    change({ lanes: both.toSorted((a, b) => (a.for < b.for ? -1 : 1)) });
  };
  const withSlots = (slots: number): Lane | null => {
    if (slots === 0) return null;
    if (lane !== undefined) return { ...lane, slots };
    return kind === 'high' ? { for: 'high', slots } : { for: 'short', slots, underMinutes: SHORT_FIRST_MINUTES };
  };
  return (
    <>
      <div className="row">
        <NumberField
          label={laneLabels[kind]}
          value={lane?.slots ?? 0}
          isDisabled={isDisabled}
          onChange={(slots) => keep(withSlots(slots))}
        />
        {lane?.for === 'short' && (
          <NumberField
            label="Short is under minutes"
            value={lane.underMinutes}
            isDisabled={isDisabled}
            onChange={(underMinutes) => keep({ ...lane, underMinutes })}
          />
        )}
      </div>
      {lane !== undefined && <p className="faint">{sayLane(lane)}</p>}
    </>
  );
}
