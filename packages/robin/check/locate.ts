import { eachStatement } from '../interpret/definitions.ts';
import type { FlowLocation } from '../interpret/flow-events.ts';
import type { Flow } from '../syntax/nodes.ts';

/** The row of the flow that a line of its text belongs to, so that a finding is placed as an error of a run is. */
export function locateLine(flow: Flow, line: number): FlowLocation {
  let nearestLine = 0;
  let found: FlowLocation = { subflow: flow.main.name, line, actionIndex: 0 };
  const consider = (subflow: string, place: { readonly line: number }, actionIndex: number): void => {
    if (place.line > line || place.line < nearestLine) return;
    nearestLine = place.line;
    found = { subflow, line, actionIndex };
  };
  for (const subflow of flow.subflows) {
    consider(subflow.name, subflow, 0);
    eachStatement(subflow.body, (statement) => consider(subflow.name, statement, statement.actionIndex));
  }
  return found;
}
