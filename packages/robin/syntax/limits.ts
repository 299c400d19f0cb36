/** Bounds of the reader. Each is named in the message that reports it. */
export const FLOW_TEXT_CHARS_MAX = 5_000_000;
export const BLOCK_DEPTH_MAX = 200;
/** Depth of one expression's tree: parentheses, indexes and operator chains all count. */
export const EXPRESSION_DEPTH_MAX = 400;
export const DIAGNOSTICS_MAX = 1_000;
