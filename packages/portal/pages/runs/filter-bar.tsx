import type { RunMode, RunState } from '@deskhand/domain/run/run.ts';
import { Button, Input, Select } from '@fluentui/react-components';
import { Dismiss16Regular, Search16Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { clustersQuery, flowsQuery } from '../../api/queries.ts';
import {
  badEndStates,
  occupiedStates,
  stateLooks,
  stateNames,
  unfinishedStates,
  waitingStates,
} from '../../ui/run-state.ts';
import { isFiltered, type RunFilters, type RunSpan, runSpans, withFilter } from './run-filters.ts';

interface FilterBarProps {
  readonly filters: RunFilters;
  readonly onChange: (filters: RunFilters) => void;
}

const stateGroups: readonly (readonly [string, readonly RunState[]])[] = [
  ['Any state', []],
  ['Not finished', unfinishedStates],
  ['Waiting', waitingStates],
  ['On a machine', occupiedStates],
  ['Ended badly', badEndStates],
];

const spanNames: Record<RunSpan, string> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};

export function FilterBar({ filters, onChange }: FilterBarProps) {
  const set = (change: Partial<Record<keyof RunFilters, unknown>>) =>
    onChange(withFilter(filters, change as Partial<RunFilters>));
  return (
    <search className="filters" aria-label="Filter runs">
      <SearchBox filters={filters} onChange={onChange} />
      <StateSelect filters={filters} onChange={onChange} />
      <FlowSelect value={filters.flow} onChange={(flow) => set({ flow })} />
      <ClusterSelect value={filters.cluster} onChange={(cluster) => set({ cluster })} />
      <Select
        aria-label="Run mode"
        value={filters.mode ?? ''}
        onChange={(_event, { value }) => set({ mode: (value || undefined) as RunMode | undefined })}
      >
        <option value="">Any mode</option>
        <option value="unattended">Unattended</option>
        <option value="attended">Attended</option>
      </Select>
      <Select
        aria-label="Requested"
        value={filters.from ?? ''}
        onChange={(_event, { value }) => set({ from: value || undefined })}
      >
        <option value="">Any time</option>
        {(Object.keys(runSpans) as RunSpan[]).map((span) => (
          <option key={span} value={span}>
            {spanNames[span]}
          </option>
        ))}
      </Select>
      {isFiltered(filters) && (
        <Button appearance="subtle" icon={<Dismiss16Regular />} onClick={() => onChange({ state: [] })}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

const TYPING_PAUSE_MS = 300;

function SearchBox({ filters, onChange }: FilterBarProps) {
  const [text, setText] = useState(filters.search ?? '');
  useEffect(() => setText(filters.search ?? ''), [filters.search]);
  useEffect(() => {
    if (text === (filters.search ?? '')) return;
    const timer = setTimeout(() => onChange(withFilter(filters, { search: text })), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, filters, onChange]);
  return (
    <Input
      data-filter
      aria-label="Search runs"
      placeholder="Flow, input, error or number"
      contentBefore={<Search16Regular />}
      value={text}
      onChange={(_event, { value }) => setText(value)}
      style={{ flex: '1 1 220px', maxWidth: 360 }}
    />
  );
}

function StateSelect({ filters, onChange }: FilterBarProps) {
  const value = filters.state.join(',');
  const groups = stateGroups.map(([name, states]) => [name, states.join(',')] as const);
  const known = groups.some(([, states]) => states === value) || stateNames.some((state) => state === value);
  return (
    <Select
      aria-label="State"
      value={value}
      onChange={(_event, picked) =>
        onChange(withFilter(filters, { state: stateNames.filter((state) => picked.value.split(',').includes(state)) }))
      }
    >
      {groups.map(([name, states]) => (
        <option key={name} value={states}>
          {name}
        </option>
      ))}
      {stateNames.map((state) => (
        <option key={state} value={state}>
          {stateLooks[state].word}
        </option>
      ))}
      {!known && <option value={value}>{filters.state.map((state) => stateLooks[state].word).join(', ')}</option>}
    </Select>
  );
}

interface IdSelectProps {
  readonly value: string | undefined;
  readonly onChange: (id: string | undefined) => void;
}

function FlowSelect({ value, onChange }: IdSelectProps) {
  const flows = useQuery(flowsQuery);
  return <IdSelect label="Desktop flow" any="Any flow" value={value} items={flows.data?.items} onChange={onChange} />;
}

function ClusterSelect({ value, onChange }: IdSelectProps) {
  const clusters = useQuery(clustersQuery);
  return (
    <IdSelect
      label="Gateway cluster"
      any="Any cluster"
      value={value}
      items={clusters.data?.items}
      onChange={onChange}
    />
  );
}

interface ItemsProps extends IdSelectProps {
  readonly label: string;
  readonly any: string;
  readonly items: readonly { readonly id: string; readonly name: string }[] | undefined;
}

function IdSelect({ label, any, value, items = [], onChange }: ItemsProps) {
  const known = value === undefined || items.some((item) => item.id === value);
  return (
    <Select
      aria-label={label}
      value={value ?? ''}
      onChange={(_event, picked) => onChange(picked.value || undefined)}
      style={{ maxWidth: 176 }}
    >
      <option value="">{any}</option>
      {items.map((item) => (
        <option key={item.id} value={item.id}>
          {item.name}
        </option>
      ))}
      {!known && <option value={value}>{value}</option>}
    </Select>
  );
}
