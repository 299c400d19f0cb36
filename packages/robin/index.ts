/**
 * The Robin language, the text form of Power Automate desktop flows: reading, checking, printing and running it.
 * Absent on purpose: disk, network, clock, random and timers (they are arguments), and the actions themselves, which
 * `packages/actions` declares and which reach this package as data.
 */
export * from './interpret/action.ts';
export * from './interpret/clone.ts';
export * from './interpret/coerce.ts';
export * from './interpret/compare.ts';
export * from './interpret/constructors.ts';
export * from './interpret/flow-events.ts';
export * from './interpret/logic-error.ts';
export * from './interpret/print-value.ts';
export * from './interpret/property.ts';
export * from './interpret/run-flow.ts';
export * from './interpret/type-name.ts';
export * from './interpret/values.ts';
export type { Diagnostic, Mode, Severity } from './syntax/diagnostic.ts';
export type { Flow } from './syntax/nodes.ts';
export { type ParsedFlow, parseFlow, printLossless } from './syntax/parse-flow.ts';
export { createMasker, type Masker } from './interpret/masker.ts';
export { declareInputs, type ParameterFacts, parameterFacts } from './interpret/flow-parameters.ts';
export { type ActionIndex, type FoundAction, indexActions } from './interpret/action-index.ts';
export { printFlow } from './print/print-flow.ts';
export { checkFlow, checkText } from './check/check-flow.ts';
export { locateLine } from './check/locate.ts';
export type { CheckOptions, KnownAction } from './check/checking.ts';
