import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { useQuery } from '@tanstack/react-query';
import { scriptQuery } from '../../api/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Section } from '../../ui/page-frame.tsx';
import { QueryView } from '../../ui/states.tsx';

interface FlowScriptProps {
  readonly flow: DesktopFlow;
  readonly version: number | undefined;
}

/** The script to read and copy, and what goes in and comes out. */
export function FlowScript({ flow, version }: FlowScriptProps) {
  const script = useQuery(scriptQuery(flow.id, version));
  return (
    <>
      <QueryView query={script} skeletonRows={10}>
        {(data) => (
          <Section title={`Version ${data.version}`} aside={<CopyButton text={data.script} label="Copy script" />}>
            {/* A long script scrolls in its own frame, which the keyboard must be able to reach. */}
            <section className="script-frame" aria-label="Script" tabIndex={0}>
              <pre className="script">{data.script}</pre>
            </section>
          </Section>
        )}
      </QueryView>
      <div className="home-panes">
        <Parameters title="Inputs" parameters={flow.inputs} />
        <Parameters title="Outputs" parameters={flow.outputs} />
      </div>
    </>
  );
}

function Parameters({ title, parameters }: { readonly title: string; readonly parameters: DesktopFlow['inputs'] }) {
  return (
    <Section title={title}>
      {parameters.length === 0 ? (
        <p className="faint">None.</p>
      ) : (
        <div className="table-frame">
          <table className="values">
            <tbody>
              {parameters.map((parameter) => (
                <tr key={parameter.name}>
                  <th scope="row">{parameter.name}</th>
                  <td>
                    {parameter.type}
                    {parameter.sensitive && ' · sensitive'}
                    {parameter.optional && ' · optional'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
