import { isMachineFault } from '@deskhand/domain/run/machine-fault.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { useQuery } from '@tanstack/react-query';
import { runMachineCheckQuery } from '../../api/queries.ts';
import { MachineReport } from '../../ui/machine-report.tsx';
import { Section } from '../../ui/page-frame.tsx';
import { Moment } from '../../ui/time.tsx';

/** How the machine was when it failed this run; runs that failed by their flow have none. */
export function RunMachineCheck({ run }: { readonly run: Run }) {
  const isLookedAt = run.state === 'failed' && isMachineFault(run.error?.code);
  const { data } = useQuery({ ...runMachineCheckQuery(run.id), enabled: isLookedAt });
  if (!isLookedAt || !data?.report) return null;
  return (
    <Section
      title="The machine when the run failed"
      aside={
        <span className="faint small">
          {run.gateway?.name} · <Moment at={data.notedAt} />
        </span>
      }
    >
      <div className="table-frame">
        <MachineReport report={data.report} />
      </div>
    </Section>
  );
}
