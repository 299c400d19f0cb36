import { placeText } from '@deskhand/domain/run-queue/why-text.ts';
import type { WhyBefore } from '@deskhand/protocol/http/replay.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Button, Field, Select } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { runsQuery, whyBeforeQuery } from '../../api/queries.ts';
import { Modal } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { MemberAnswers } from '../../ui/wait-reason.tsx';
import { runName } from './use-run-actions.tsx';

/** Newest runs of the queue that one can be compared with. */
const RUNS_OFFERED_MAX = 50;

interface WhyBeforeDialogProps {
  readonly run: Run;
  readonly onClose: () => void;
}

/** Why this run and another one of its queue went in the order in which they went. */
export function WhyBeforeDialog({ run, onClose }: WhyBeforeDialogProps) {
  const runs = useQuery(runsQuery({ cluster: run.cluster.id, limit: RUNS_OFFERED_MAX }));
  const [otherId, setOtherId] = useState('');
  const others = runs.data?.items.filter((one) => one.id !== run.id) ?? [];
  const other = others.find((one) => one.id === otherId);
  return (
    <Modal
      wide
      title={`Which went first: ${runName(run)} or …`}
      onClose={onClose}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <Field label={`Compare ${runName(run)} with`} hint={`The newest runs in the queue of ${run.cluster.name}.`}>
        <Select value={otherId} onChange={(_event, { value }) => setOtherId(value)}>
          <option value="">Choose a run</option>
          {others.map((one) => (
            <option key={one.id} value={one.id}>
              {runName(one)} ({one.display})
            </option>
          ))}
        </Select>
      </Field>
      {runs.data && others.length === 0 && <Empty title="There is no other run in this queue to compare it with." />}
      {other && <Answer pair={inTheirOrder(run, other)} />}
    </Modal>
  );
}

/** The one that was offered first is asked about; one that was never offered has not gone at all. */
function inTheirOrder(a: Run, b: Run): readonly [Run, Run] {
  if (b.offeredAt === null) return [a, b];
  return a.offeredAt === null || b.offeredAt < a.offeredAt ? [b, a] : [a, b];
}

function Answer({ pair: [first, other] }: { readonly pair: readonly [Run, Run] }) {
  const why = useQuery(whyBeforeQuery(first.id, other.id));
  return (
    <QueryView query={why} skeletonRows={4}>
      {(answer) => (
        <div role="status" className="stack">
          <p className="strong">{answer.message}</p>
          {answer.decision && <Decision answer={answer} decision={answer.decision} />}
        </div>
      )}
    </QueryView>
  );
}

interface DecisionProps {
  readonly answer: WhyBefore;
  readonly decision: NonNullable<WhyBefore['decision']>;
}

function Decision({ answer: { first, other }, decision }: DecisionProps) {
  const nameOf = (run: WhyBefore['first']) => `${run.flow.name} ${run.requestNumber}`;
  const { firstPlace, otherPlace } = decision;
  return (
    <>
      <Facts
        facts={[
          ['Decided', <Moment key="at" at={decision.at} />],
          ['Offered to', decision.offeredTo.name],
          ...(firstPlace ? [[nameOf(first), placeText(firstPlace)] as const] : []),
          ...(otherPlace ? [[nameOf(other), placeText(otherPlace)] as const] : []),
        ]}
      />
      {decision.otherWaits.length > 0 && (
        <div>
          <p>What {nameOf(other)} waited for at that moment:</p>
          <MemberAnswers members={decision.otherWaits} />
        </div>
      )}
      <p className={decision.replay.isSame ? 'small faint' : 'strong'}>{decision.replay.message}</p>
    </>
  );
}
