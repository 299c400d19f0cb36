/** Told to the server at enrolment and on every link; the same as in the root package.json. */
export const GATEWAY_VERSION = '0.1.0';
