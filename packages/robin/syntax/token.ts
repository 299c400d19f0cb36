export type TokenKind =
  | 'word'
  | 'number'
  | 'text'
  | 'datetime'
  | 'symbol'
  | 'newline'
  | 'comment'
  | 'region'
  | 'trailer'
  | 'unknown'
  | 'end';

/** What the parser found a token to be; the canonical printer follows it. */
export type TokenRole = 'keyword' | 'argument-colon' | 'output-arrow' | 'operator';

/** A piece of the text. The tokens' `leading` and `text`, joined in order, are the text again, whatever it was. */
export interface Token {
  readonly kind: TokenKind;
  /** Blanks before the token. */
  readonly leading: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly literal?: TextLiteral;
  /** A text or comment that runs to the end, because nothing closes it. */
  readonly isUnclosed?: boolean;
  role?: TokenRole;
}

export type TextForm = 'interpolated' | 'plain' | 'triple' | 'power-fx' | 'encrypted' | 'double';

export interface TextLiteral {
  readonly form: TextForm;
  readonly parts: readonly TextPart[];
}

/** Text with its escapes resolved, or the tokens between two percent signs. */
export type TextPart = string | EmbeddedExpression;
export interface EmbeddedExpression {
  /** As written, with its percent signs. */
  readonly raw: string;
  readonly tokens: readonly Token[];
}
