import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import { helpOfCheck } from '@deskhand/protocol/help-links.ts';
import { CheckmarkCircle16Filled, DismissCircle16Regular, Warning16Regular } from '@fluentui/react-icons';
import { ErrorCodeLink, HelpLink } from './help-link.tsx';

type Check = DoctorReport['checks'][number];

/** What a look at a machine found: what is amiss first, each with what to do. */
export function MachineReport({ report }: { readonly report: DoctorReport }) {
  const inOrder = report.checks.toSorted((one, other) => rankOf(one) - rankOf(other));
  return (
    <table className="values sentences" aria-label="Checks of the machine">
      <tbody>
        {inOrder.map((check) => (
          <tr key={check.name}>
            <th scope="row">
              <span className="row tight" style={{ flexWrap: 'nowrap' }}>
                <Sign check={check} />
                <HelpLink to={helpOfCheck(check.name)}>{check.name}</HelpLink>
              </span>
            </th>
            <td>
              <span className="wrap">{check.found}</span>
              {!check.good && (
                <p className="small wrap">
                  Try: {check.fix}
                  {check.code && (
                    <>
                      {' '}
                      · <ErrorCodeLink code={check.code} />
                    </>
                  )}
                </p>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const rankOf = ({ good, optional }: Check): number => (good ? 2 : optional ? 1 : 0);

function Sign({ check: { good, optional } }: { readonly check: Check }) {
  const [tone, icon] = good
    ? (['good', <CheckmarkCircle16Filled key="good" aria-label="Good" />] as const)
    : optional
      ? (['waiting', <Warning16Regular key="less" aria-label="Works with less" />] as const)
      : (['bad', <DismissCircle16Regular key="bad" aria-label="Not good" />] as const);
  return (
    <span className="state" data-tone={tone}>
      {icon}
    </span>
  );
}
