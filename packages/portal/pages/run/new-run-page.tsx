import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Field, Select } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { connectionsQuery, flowQuery, flowsQuery, runQuery } from '../../api/queries.ts';
import { PageFrame } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { SubmitForm } from './submit-form.tsx';
import { runName } from './use-run-actions.tsx';

/** Submits a run: of any flow, or again from a finished run with changed inputs. */
export function NewRunPage() {
  const search = useSearch({ from: '/signed-in/runs/new' });
  const again = useQuery({ ...runQuery(search.from ?? ''), enabled: Boolean(search.from) });
  const flowId = search.flow ?? again.data?.flow.id;
  const flow = useQuery({ ...flowQuery(flowId ?? ''), enabled: Boolean(flowId) });
  const connections = useQuery(connectionsQuery);
  const title = search.from ? 'Resubmit with changed inputs' : 'Submit a run';
  const from = again.data;
  return (
    <PageFrame
      title={title}
      above={
        <>
          <Link to="/runs" search={{}}>
            Runs
          </Link>
          {from && (
            <>
              <span>›</span>
              <Link to="/runs/$run" params={{ run: from.id }} search={{}}>
                {runName(from)}
              </Link>
            </>
          )}
        </>
      }
    >
      <div className="stack">
        {!search.from && <FlowChoice flowId={flowId} />}
        {flowId && (
          <QueryView query={flow} skeletonRows={6}>
            {(chosen) => (
              <QueryView query={connections} skeletonRows={6}>
                {({ items }) => (
                  <Ready
                    flow={chosen}
                    connections={items}
                    again={search.from ? again.data : undefined}
                    preferred={search.connection}
                  />
                )}
              </QueryView>
            )}
          </QueryView>
        )}
      </div>
    </PageFrame>
  );
}

function FlowChoice({ flowId }: { readonly flowId: string | undefined }) {
  const navigate = useNavigate();
  const { flow: _before, ...search } = useSearch({ from: '/signed-in/runs/new' });
  const flows = useQuery(flowsQuery);
  return (
    <QueryView query={flows} skeletonRows={1}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty
            title="No desktop flow to run"
            action={
              <Link to="/desktop-flows" search={{ new: 'yes' }}>
                Paste a script
              </Link>
            }
          >
            A run needs a desktop flow. Paste one from Power Automate for desktop, or write one.
          </Empty>
        ) : (
          <div className="form">
            <Field label="Desktop flow" required>
              <Select
                value={flowId ?? ''}
                onChange={(_event, { value }) =>
                  void navigate({ to: '/runs/new', search: value ? { ...search, flow: value } : search, replace: true })
                }
              >
                <option value="">Choose a desktop flow</option>
                {items.map((flow) => (
                  <option key={flow.id} value={flow.id}>
                    {flow.name}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
        )
      }
    </QueryView>
  );
}

interface ReadyProps {
  readonly flow: DesktopFlow;
  readonly connections: readonly Connection[];
  readonly again: Run | undefined;
  readonly preferred: string | undefined;
}

function Ready({ flow, connections, again, preferred }: ReadyProps) {
  if (connections.length === 0)
    return (
      <Empty
        title="No connection yet"
        action={
          <Link to="/connections" search={{ new: 'yes' }}>
            Make a connection
          </Link>
        }
      >
        A run signs in with the account of a connection.
      </Empty>
    );
  return (
    <SubmitForm
      key={`${flow.id} ${again?.id ?? ''}`}
      flow={flow}
      connections={connections}
      again={again}
      preferred={preferred}
    />
  );
}
