/** A day after the last check, and a day after a password was entered: no hour is special, so no two time zones differ. */
export const PREFLIGHT_EVERY_MS = 24 * 3_600_000;
/** Connections that are checked by the clock at the same time; the others follow, which spreads them over the day. */
export const NIGHTLY_PREFLIGHTS_AT_ONCE_MAX = 4;
