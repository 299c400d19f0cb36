import type { Static } from 'typebox';
import type { LogLine as LogLineSchema, RunFailure } from './http/runs.ts';

export type LogLine = Static<typeof LogLineSchema>;
export type RunFailureShape = Static<typeof RunFailure>;
