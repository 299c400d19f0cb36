/** The versions of the link that a program speaks, from the oldest to its own. */
export interface LinkVersions {
  readonly min: number;
  readonly max: number;
}

/**
 * Servers and gateways are upgraded one after another, in any order, so a release speaks its own version and that of the
 * release before it. A message that is new in a version is sent only over links that agreed on that version.
 */
export const linkVersions: LinkVersions = { min: 1, max: 4 };

/** The highest version that both speak; undefined when there is none. */
export function agreedVersion(ours: LinkVersions, theirs: LinkVersions): number | undefined {
  const highest = Math.min(ours.max, theirs.max);
  return highest >= Math.max(ours.min, theirs.min) ? highest : undefined;
}

/** Kinds of messages that a release before did not know: whoever hears one of those ends the link. */
const knownSince: Readonly<Record<string, number>> = {
  runDoctor: 2,
  restart: 2,
  preflight: 3,
  askPerson: 4,
  withdrawQuestion: 4,
  signOutPerson: 4,
  watch: 4,
  stopWatching: 4,
};

/** Whether a message of this kind may be said over a link that agreed on this version. */
export const maySay = (type: string, version: number): boolean => (knownSince[type] ?? 1) <= version;
