/** Every size limit that crosses a border, named once; refusals name them. */
export const limits = {
  SCRIPT_BYTES_MAX: 5_000_000,
  INPUTS_BYTES_MAX: 2_000_000,
  REQUEST_BYTES_MAX: 8_000_000,
  LINK_MESSAGE_BYTES_MAX: 12_000_000,
  RUNNER_MESSAGE_BYTES_MAX: 4_000_000,
  SEALED_BYTES_MAX: 16_384,
  LOG_LINE_BYTES_MAX: 8_192,
  LOG_LINES_PER_MESSAGE_MAX: 500,
  LOG_LINES_PER_RUN_MAX: 200_000,
  OUTPUTS_BYTES_MAX: 2_000_000,
  SCREENSHOT_BYTES_MAX: 4_000_000,
  SCREENSHOTS_PER_RUN_MAX: 20,
  /** One picture of a watched screen. */
  FRAME_BYTES_MAX: 4_000_000,
  WATCHERS_PER_RUN_MAX: 5,
  /** Screens that people watch at one server at the same time. */
  SCREENS_WATCHED_MAX: 50,
  RUNS_PER_QUEUE_MAX: 1_000_000,
  /** Runs that one request names by their ids. */
  RUNS_NAMED_MAX: 200,
  /** Runs that one request cancels; the caller goes on after them. */
  RUNS_CANCELLED_PER_REQUEST_MAX: 10_000,
  /** Runs that one request submits again, each judged by itself; the caller goes on after them. */
  RUNS_RESUBMITTED_PER_REQUEST_MAX: 200,
  SPOOL_BYTES_MAX: 64_000_000,
  MAINTENANCE_NOTE_LENGTH_MAX: 200,
} as const;
