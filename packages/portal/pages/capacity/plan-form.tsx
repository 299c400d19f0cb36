import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { RUN_ON_ALL_GATEWAYS, UNATTENDED_ADD_ONS } from '@deskhand/domain/session/texts.ts';
import { Button, Checkbox, Field, Input, Select } from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { FairnessFields } from '../gateways/fairness-fields.tsx';
import { readFairness, writeFairness } from './plan-fairness.ts';
import { historyDays, type PlanProblems, type PlanSearch } from './plan-search.ts';

interface PlanFormProps {
  /** What the cluster has now, from where another one begins. */
  readonly fairness: Fairness;
  readonly search: PlanSearch;
  readonly problems: PlanProblems;
  readonly busy: boolean;
  readonly onAsk: (search: PlanSearch) => void;
}

/** What would be otherwise. Enter asks; what is left empty stays as it is. */
export function PlanForm({ fairness, search, problems, busy, onAsk }: PlanFormProps) {
  const [typed, setTyped] = useState<PlanSearch>(search);
  const whyNot = useWhyNotAllowed('queue.order');
  const set = (change: Partial<Record<keyof PlanSearch, string>>) =>
    setTyped(Object.fromEntries(Object.entries({ ...typed, ...change }).filter(([, value]) => value !== '')));
  const planned = readFairness(typed.fairness ?? '');
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (!whyNot) onAsk({ ...typed, enough: '' });
  };
  const text = (key: 'members' | 'slots' | 'addOns' | 'spread', label: string, hint: string) => (
    <Field
      label={label}
      hint={hint}
      {...(problems[key] ? { validationMessage: problems[key], validationState: 'error' as const } : {})}
    >
      <Input value={typed[key] ?? ''} onChange={(_event, { value }) => set({ [key]: value.trim() })} />
    </Field>
  );
  return (
    <form className="card plan-form" aria-label="What would be otherwise" onSubmit={ask} noValidate>
      <div className="plan-fields">
        <Field label="History">
          <Select value={typed.days ?? '14'} onChange={(_event, { value }) => set({ days: value })}>
            {historyDays.map((days) => (
              <option key={days} value={days}>
                Last {days} days
              </option>
            ))}
          </Select>
        </Field>
        {text('members', 'More machines', 'For example 1; -1 is one fewer')}
        {text('slots', 'Slots of each machine', 'Empty: as they are')}
        {text('addOns', UNATTENDED_ADD_ONS, 'A number, or unlimited')}
        {text('spread', 'Spread over', 'For example 30m or 2h')}
        <Field label={RUN_ON_ALL_GATEWAYS}>
          <Select value={typed.toggle ?? ''} onChange={(_event, { value }) => set({ toggle: value })}>
            <option value="">As it is</option>
            <option value="on">On</option>
            <option value="off">Off</option>
          </Select>
        </Field>
        <Field label="Fairness">
          <Select
            value={planned === null ? '' : 'other'}
            onChange={(_event, { value }) => set({ fairness: value === '' ? '' : writeFairness(fairness) })}
          >
            <option value="">As it is</option>
            <option value="other">Another</option>
          </Select>
        </Field>
      </div>
      {planned !== null && (
        <fieldset className="plan-fairness cluster-settings">
          <legend className="strong">Fairness in this plan</legend>
          <FairnessFields
            fairness={planned}
            isDisabled={false}
            onChange={(next) => set({ fairness: writeFairness(next) })}
          />
        </fieldset>
      )}
      <Checkbox
        label="Each flow has a connection of its own"
        checked={typed.perFlow === 'yes'}
        onChange={(_event, { checked }) => set({ perFlow: checked === true ? 'yes' : '' })}
      />
      <div className="row">
        <ActionButton type="submit" appearance="primary" busy={busy} disabledReason={whyNot}>
          Work it out
        </ActionButton>
        <ActionButton disabledReason={whyNot} onClick={() => onAsk({ ...typed, enough: 'yes' })}>
          How many are enough?
        </ActionButton>
        <Button appearance="subtle" onClick={() => onAsk({ cluster: search.cluster ?? '' })}>
          Clear changes
        </Button>
      </div>
    </form>
  );
}
