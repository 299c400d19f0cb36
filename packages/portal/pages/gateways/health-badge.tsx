import { healthHelp } from '@deskhand/protocol/help-links.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import {
  CheckmarkCircle16Filled,
  Clock16Regular,
  DismissCircle16Regular,
  type FluentIcon,
  PauseCircle16Regular,
  PersonProhibited16Regular,
  ShieldError16Regular,
  Warning16Regular,
  Wrench16Regular,
} from '@fluentui/react-icons';
import { HelpLink } from '../../ui/help-link.tsx';
import type { Tone } from '../../ui/run-state.ts';

type HealthWord = Gateway['health']['word'];

const looks: Readonly<Record<HealthWord | 'Advice', { readonly icon: FluentIcon; readonly tone: Tone }>> = {
  Quarantined: { icon: ShieldError16Regular, tone: 'bad' },
  Offline: { icon: DismissCircle16Regular, tone: 'bad' },
  Unreachable: { icon: DismissCircle16Regular, tone: 'bad' },
  'Needs attention': { icon: Warning16Regular, tone: 'bad' },
  'Set aside': { icon: PersonProhibited16Regular, tone: 'bad' },
  Maintenance: { icon: Wrench16Regular, tone: 'waiting' },
  Disabled: { icon: PauseCircle16Regular, tone: 'quiet' },
  Starting: { icon: Clock16Regular, tone: 'waiting' },
  Advice: { icon: Warning16Regular, tone: 'waiting' },
  Online: { icon: CheckmarkCircle16Filled, tone: 'good' },
};

/** The word beside a gateway, which leads to the place that says what to do. */
export function HealthBadge({ word }: { readonly word: HealthWord | 'Advice' }) {
  const { icon: Icon, tone } = looks[word];
  return (
    <span className="state" data-tone={tone}>
      <Icon aria-hidden />
      {word === 'Advice' ? word : <HelpLink to={healthHelp[word]}>{word}</HelpLink>}
    </span>
  );
}
