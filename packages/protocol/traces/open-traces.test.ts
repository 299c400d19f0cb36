import { expect, test } from 'vitest';
import { openTraces } from './open-traces.ts';

const about = { service: 'deskhand-server', version: '1' } as const;

test.each([
  ['no endpoint is named', {}],
  ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['OpenTelemetry is turned off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
])('there are no traces when %s', async (_, environment) => {
  expect(await openTraces({ ...about, environment })).toBeUndefined();
});
