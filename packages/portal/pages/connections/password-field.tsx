import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { Field, Input } from '@fluentui/react-components';
import { LockClosed16Regular } from '@fluentui/react-icons';

interface PasswordFieldProps {
  readonly label: string;
  readonly cluster: GatewayCluster | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Says beside the field where the password goes, and to whose key. */
export function PasswordField({ label, cluster, value, onChange }: PasswordFieldProps) {
  if (cluster && !cluster.publicKey)
    return (
      <div className="message" data-tone="waiting">
        <div>
          <strong>{cluster.name} has no key yet.</strong>
          <p>
            Its first gateway that signs accounts in makes one. Until then a password cannot be sealed; virtual sessions
            need none.
          </p>
        </div>
      </div>
    );
  return (
    <div className="stack tight">
      <Field label={label} hint="Sealed in this browser before it is sent. This server stores it and cannot open it.">
        <Input
          type="password"
          autoComplete="new-password"
          value={value}
          contentBefore={<LockClosed16Regular aria-hidden />}
          onChange={(_event, data) => onChange(data.value)}
        />
      </Field>
      {cluster?.keyFingerprint && (
        <p className="small faint">
          Key of {cluster.name}: <code className="wrap">{cluster.keyFingerprint}</code>. Compare it with what{' '}
          <code>deskhand gateway key</code> prints on a machine of the cluster.
        </p>
      )}
    </div>
  );
}
