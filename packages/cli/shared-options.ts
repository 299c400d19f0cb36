/** Options that every command takes. */
export const sharedOptions = [
  ['--json', 'answer in JSON; --json=id,state keeps these fields only'],
  ['-q, --quiet', 'answer with ids only'],
  ['--color <when>', 'auto, always or never (environment DESKHAND_COLOR)'],
  ['--server <url>', 'the control plane (environment DESKHAND_SERVER)'],
  ['--server-fingerprint <hex>', 'SHA-256 of its certificate; no other is accepted then'],
  ['--debug', 'add technical detail to errors'],
] as const satisfies readonly (readonly [string, string])[];
