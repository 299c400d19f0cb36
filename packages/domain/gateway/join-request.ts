export type JoinRequestState = 'waiting' | 'answered' | 'revealed' | 'confirmed' | 'refused';
export type JoinRequestEvent = 'answer' | 'reveal' | 'confirm' | 'refuse';

/**
 * The one way through. A commitment is answered once and opened once, because a second answer to the same commitment
 * would let whoever sits in between try for a matching code.
 */
const transitions = {
  waiting: { answer: 'answered' },
  answered: { reveal: 'revealed', refuse: 'refused' },
  revealed: { confirm: 'confirmed', refuse: 'refused' },
  confirmed: {},
  refused: {},
} as const satisfies Record<JoinRequestState, Partial<Record<JoinRequestEvent, JoinRequestState>>>;

/** Undefined when the event does not fit the state. */
export function afterJoinEvent(state: JoinRequestState, event: JoinRequestEvent): JoinRequestState | undefined {
  const row: Partial<Record<JoinRequestEvent, JoinRequestState>> = transitions[state];
  return row[event];
}
