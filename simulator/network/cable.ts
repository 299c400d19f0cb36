import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

export interface CableSite {
  readonly site: string;
  readonly life: Life;
}

/** What a cable asks of the network that it belongs to. */
interface Surroundings {
  readonly world: World;
  readonly delayMs: () => number;
  readonly isBlocked: (from: string, to: string) => boolean;
  readonly said: (from: string, text: string) => void;
  readonly carried: (from: string, to: string, text: string) => void;
  readonly gone: (cable: Cable) => void;
}

export interface CableListener {
  readonly text: (text: string) => void;
  readonly ping: () => void;
  readonly pong: () => void;
  /** Once, and nothing after it. */
  readonly closed: () => void;
}

/** One end of a connection, as its program holds it. */
export interface CableEnd {
  readonly isOpen: () => boolean;
  readonly send: (text: string, taken?: () => void) => void;
  readonly ping: () => void;
  readonly pong: () => void;
  readonly bytesWaiting: () => number;
  readonly hold: (isHeld: boolean) => void;
  /** After all that was sent before it. */
  readonly close: () => void;
  readonly cut: () => void;
  readonly listen: (listener: CableListener) => void;
}

type Frame =
  | { readonly kind: 'text'; readonly text: string; readonly taken: (() => void) | undefined }
  | { readonly kind: 'ping' | 'pong' | 'close' | 'reset' };

/** What goes one way: in order, late, and nothing more after something was lost. */
class Pipe {
  readonly #network: Surroundings;
  readonly from: CableSite;
  readonly to: CableSite;
  readonly #arrive: (frame: Frame) => void;
  readonly #waiting: Frame[] = [];
  #lastArrivalMs = 0;
  #frames: Frame[] = [];
  #isSilent = false;
  isHeld = false;
  bytes = 0;

  constructor(network: Surroundings, from: CableSite, to: CableSite, arrive: (frame: Frame) => void) {
    this.#network = network;
    this.from = from;
    this.to = to;
    this.#arrive = arrive;
  }

  push(frame: Frame): void {
    if (frame.kind === 'text') this.#network.said(this.from.site, frame.text);
    if (this.#isSilent) return;
    const { timeline } = this.#network.world;
    const arrivalMs = Math.max(this.#lastArrivalMs, timeline.nowMs + this.#network.delayMs());
    this.#lastArrivalMs = arrivalMs;
    if (frame.kind === 'text') this.bytes += frame.text.length;
    this.#frames.push(frame);
    timeline.schedule(arrivalMs - timeline.nowMs, () => this.#atTheDoor());
  }

  /** From now on nothing arrives any more; of what is on its way only the first frames do. */
  fallSilent(kept: number): void {
    this.#isSilent = true;
    this.#frames.length = Math.min(this.#frames.length, kept);
  }

  get onTheWay(): number {
    return this.#frames.length;
  }

  flush(): void {
    while (!this.#isStopped() && this.#waiting.length > 0) this.#deliver(this.#waiting.shift() as Frame);
  }

  #isStopped(): boolean {
    return this.isHeld || this.#network.isBlocked(this.from.site, this.to.site);
  }

  #atTheDoor(): void {
    const frame = this.#frames.shift();
    if (frame === undefined) return;
    if (this.#waiting.length > 0 || this.#isStopped()) this.#waiting.push(frame);
    else this.#deliver(frame);
  }

  #deliver(frame: Frame): void {
    if (frame.kind === 'text') {
      this.bytes -= frame.text.length;
      this.#network.carried(this.from.site, this.to.site, frame.text);
      if (frame.taken !== undefined) this.from.life.hear(frame.taken);
    }
    this.to.life.hear(() => this.#arrive(frame));
  }
}

/** One connection: two pipes, and two ends that learn of its death at different times or never. */
export class Cable {
  readonly near: CableEnd;
  readonly far: CableEnd;
  readonly #network: Surroundings;
  readonly #pipes: readonly [Pipe, Pipe];
  readonly #listeners: (CableListener | undefined)[] = [undefined, undefined];
  readonly #isClosed: [boolean, boolean] = [false, false];

  constructor(network: Surroundings, near: CableSite, far: CableSite) {
    this.#network = network;
    this.#pipes = [
      new Pipe(network, near, far, (frame) => this.#arrived(1, frame)),
      new Pipe(network, far, near, (frame) => this.#arrived(0, frame)),
    ];
    this.near = this.#end(0);
    this.far = this.#end(1);
  }

  get sites(): readonly [string, string] {
    return [this.#pipes[0].from.site, this.#pipes[0].to.site];
  }

  belongsTo(life: Life): boolean {
    return this.#pipes.some((pipe) => pipe.from.life === life);
  }

  /** A router forgets it: a prefix arrives, both ends are told some time later. */
  breakDown(kept: number, toldAfterMs: readonly [number, number]): void {
    for (const pipe of this.#pipes) pipe.fallSilent(Math.floor(kept * pipe.onTheWay));
    for (const side of [0, 1] as const) {
      const { life } = this.#pipes[side].from;
      this.#network.world.timeline.schedule(toldAfterMs[side], () => life.hear(() => this.#close(side)));
    }
  }

  /** Writes go on to succeed, and nothing arrives; nobody is told. */
  halfOpen(direction: 0 | 1 | 'both'): void {
    for (const side of [0, 1] as const) if (direction === side || direction === 'both') this.#pipes[side].fallSilent(0);
  }

  endOf(life: Life, isMachineGone: boolean): void {
    const side = this.#pipes[0].from.life === life ? 0 : 1;
    this.#isClosed[side] = true;
    this.#listeners[side] = undefined;
    if (!isMachineGone) this.#pipes[side].push({ kind: 'reset' });
    this.#pipes[side].fallSilent(Number.MAX_SAFE_INTEGER);
    this.#forgetWhenOver();
  }

  healed(from: string, to: string): void {
    for (const pipe of this.#pipes) if (pipe.from.site === from && pipe.to.site === to) pipe.flush();
  }

  #end(side: 0 | 1): CableEnd {
    const mine = this.#pipes[side];
    const theirs = this.#pipes[side === 0 ? 1 : 0];
    const push = (frame: Frame): void => {
      if (!this.#isClosed[side] && !mine.from.life.isOver) mine.push(frame);
    };
    return {
      isOpen: () => !this.#isClosed[side],
      send: (text, taken) => push({ kind: 'text', text, taken }),
      ping: () => push({ kind: 'ping' }),
      pong: () => push({ kind: 'pong' }),
      bytesWaiting: () => mine.bytes,
      hold: (isHeld) => {
        theirs.isHeld = isHeld;
        if (!isHeld) theirs.flush();
      },
      close: () => push({ kind: 'close' }),
      cut: () => {
        push({ kind: 'reset' });
        mine.fallSilent(Number.MAX_SAFE_INTEGER);
        // The program hears of its own cut in a later turn, as with a real socket.
        this.#network.world.timeline.schedule(0, () => mine.from.life.hear(() => this.#close(side)));
      },
      listen: (listener) => {
        this.#listeners[side] = listener;
        // What was closed before anybody listened is told of all the same, as a real socket does.
        if (this.#isClosed[side]) this.#network.world.timeline.schedule(0, () => mine.from.life.hear(listener.closed));
      },
    };
  }

  #arrived(side: 0 | 1, frame: Frame): void {
    if (this.#isClosed[side]) return;
    const listener = this.#listeners[side];
    if (frame.kind === 'text') listener?.text(frame.text);
    else if (frame.kind === 'ping') {
      this.#pipes[side].push({ kind: 'pong' });
      listener?.ping();
    } else if (frame.kind === 'pong') listener?.pong();
    else {
      if (frame.kind === 'close') this.#pipes[side].push({ kind: 'reset' });
      this.#close(side);
    }
  }

  #close(side: 0 | 1): void {
    if (this.#isClosed[side]) return;
    this.#isClosed[side] = true;
    const listener = this.#listeners[side];
    this.#listeners[side] = undefined;
    listener?.closed();
    this.#forgetWhenOver();
  }

  #forgetWhenOver(): void {
    if (this.#isClosed[0] && this.#isClosed[1]) this.#network.gone(this);
  }
}
