import { expect, test } from 'vitest';
import { serviceText } from './service-unit.ts';

const text = (more: Partial<Parameters<typeof serviceText>[0]> = {}) =>
  serviceText({
    nodePath: '/opt/deskhand/node',
    nodeArguments: ['--disable-warning=ExperimentalWarning'],
    mainPath: '/opt/deskhand/packages/gateway/main.ts',
    arguments: ['--data', '/var/lib/deskhand-gateway'],
    ...more,
  });
const line = (unit: string, key: string) => unit.split('\n').find((one) => one.startsWith(`${key}=`));

test('the unit starts the gateway as a supervised one, with the machine', () => {
  expect(line(text(), 'ExecStart')).toBe(
    'ExecStart=/opt/deskhand/node --disable-warning=ExperimentalWarning /opt/deskhand/packages/gateway/main.ts run --supervised --data /var/lib/deskhand-gateway',
  );
  expect(line(text(), 'WantedBy')).toBe('WantedBy=multi-user.target');
});

test('the unit ends only the gateway, and starts it again whatever it ended with, for ever', () => {
  for (const wanted of ['KillMode=process', 'Restart=always', 'StartLimitIntervalSec=0', 'OOMPolicy=continue'])
    expect(text()).toContain(`${wanted}\n`);
});

test('what systemd would read as something else is written so that it reads it as it is', () => {
  const unit = text({ arguments: ['--data', '/srv/my data/100%/$x'] });
  expect(line(unit, 'ExecStart')).toContain(' "/srv/my data/100%%/$$x"');
});
