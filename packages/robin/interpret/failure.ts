import { ActionError } from './action.ts';
import { errorOf } from './constructors.ts';
import { LogicError } from './logic-error.ts';
import type { FlowFailure, FlowLocation } from './flow-events.ts';
import type { ErrorValue } from './values.ts';

/** An error of a running flow with its place; what handlers look at. */
export interface RaisedError extends FlowFailure {
  /** An error of the flow's own logic, which only `ON BLOCK ERROR all` catches. */
  readonly isLogic: boolean;
  /** Raised by `FlowControl.ThrowCustomError`. */
  readonly isUser: boolean;
}

/** Raises a known error again, for `THROW ERROR`. */
export class Rethrown extends Error {
  readonly raised: RaisedError;
  constructor(raised: RaisedError) {
    super(raised.message);
    this.raised = raised;
  }
}

const THROW_CUSTOM_ERROR = 'flowcontrol.throwcustomerror';

export function raisedFrom(thrown: unknown, location: FlowLocation, actionName: string): RaisedError {
  if (thrown instanceof Rethrown) return thrown.raised;
  const place = { location, actionName, details: '' };
  if (thrown instanceof ActionError) {
    const { code, message, details } = thrown;
    const isUser = actionName.toLowerCase().startsWith(THROW_CUSTOM_ERROR);
    return { ...place, code, message, details, isLogic: false, isUser };
  }
  if (thrown instanceof LogicError) {
    return { ...place, code: thrown.code, message: thrown.message, isLogic: true, isUser: false };
  }
  // A defect of an action module: the flow fails like any failing action, and the details say what happened.
  const details = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  const message = `${actionName} failed unexpectedly: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  return { ...place, code: 'UnexpectedError', message, details, isLogic: false, isUser: false };
}

export const errorValueOf = (raised: RaisedError): ErrorValue =>
  errorOf({
    message: raised.message,
    code: raised.code,
    details: raised.details,
    location: `Subflow: ${raised.location.subflow}, Action: ${raised.location.actionIndex}, Action name: ${raised.actionName}`,
    actionIndex: raised.location.actionIndex,
    actionName: raised.actionName,
    subflowName: raised.location.subflow,
  });
