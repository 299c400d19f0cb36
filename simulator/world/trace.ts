/** A story of more than this is not read by anybody; its end matters most. */
const STORY_LINES_MAX = 5_000;

/** What happened, as a number that two runs of a seed can compare, and in words when somebody wants to read it. */
export class Trace {
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;
  readonly #nowMs: () => number;
  readonly #isTold: boolean;
  readonly #story: string[] = [];

  constructor(nowMs: () => number, isTold: boolean) {
    this.#nowMs = nowMs;
    this.#isTold = isTold;
  }

  /** Everything that a node hears or that changes outside one is marked. */
  mark(text: string): void {
    this.#mix(Math.floor(this.#nowMs() * 1_000) | 0);
    for (let index = 0; index < text.length; index += 1) this.#mix(text.charCodeAt(index));
  }

  /** A line of the story, in plain words; an empty one is left out. */
  tell(words: () => string): void {
    if (!this.#isTold) return;
    const told = words();
    if (told === '') return;
    if (this.#story.length >= STORY_LINES_MAX) this.#story.splice(0, STORY_LINES_MAX / 2);
    this.#story.push(`${clockOf(this.#nowMs())}  ${told}`);
  }

  get hash(): string {
    const word = (part: number): string => (part >>> 0).toString(16).padStart(8, '0');
    return word(this.#high) + word(this.#low);
  }

  get story(): readonly string[] {
    return this.#story;
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = Math.imul(this.#high ^ this.#low, 0x85ebca6b) ^ (this.#high >>> 13);
  }
}

export function clockOf(ms: number): string {
  const whole = Math.floor(ms);
  const part = (value: number, digits: number): string => String(value).padStart(digits, '0');
  return `${part(Math.floor(whole / 3_600_000), 2)}:${part(Math.floor(whole / 60_000) % 60, 2)}:${part(Math.floor(whole / 1_000) % 60, 2)}.${part(whole % 1_000, 3)}`;
}
