import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';
import { Cable, type CableEnd, type CableSite } from './cable.ts';

const MARKED_LENGTH = 80;
const TOLD_LENGTH = 220;

/** How the network is in this world; the faults change it. */
export interface NetworkWeather {
  typicalDelayMs: number;
  /** The longest that one text may take. */
  delayMaxMs: number;
}

/** Which sites reach which others, and every cable between them. */
export class Network {
  readonly world: World;
  readonly weather: NetworkWeather;
  readonly #random;
  /** `from>to`, counted, because two partitions may overlap. */
  readonly #blocked = new Map<string, number>();
  readonly #cables = new Set<Cable>();

  constructor(world: World, weather: NetworkWeather) {
    this.world = world;
    this.weather = weather;
    this.#random = world.random.fork('network');
  }

  delayMs(): number {
    return this.#random.tail(this.weather.typicalDelayMs, this.weather.delayMaxMs);
  }

  isBlocked(from: string, to: string): boolean {
    return this.#blocked.size > 0 && (this.#blocked.get(`${from}>${to}`) ?? 0) > 0;
  }

  /** Nothing passes in this direction until it is healed; what is on its way waits, as in a real transport. */
  block(from: string, to: string, forMs: number): void {
    const key = `${from}>${to}`;
    this.#blocked.set(key, (this.#blocked.get(key) ?? 0) + 1);
    this.world.timeline.schedule(forMs, () => this.#unblock(key));
  }

  /** Whatever is blocked is open again. */
  healAll(): void {
    const blocked = [...this.#blocked.keys()];
    this.#blocked.clear();
    for (const key of blocked) this.#heal(key);
  }

  connect(near: CableSite, far: CableSite): { readonly near: CableEnd; readonly far: CableEnd; readonly cable: Cable } {
    const cable = new Cable(this, near, far);
    this.#cables.add(cable);
    return { near: cable.near, far: cable.far, cable };
  }

  /** Cables that carry something, for faults to choose among. */
  get cables(): readonly Cable[] {
    return [...this.#cables];
  }

  gone(cable: Cable): void {
    this.#cables.delete(cable);
  }

  /** Told of each text at the moment when it is said. */
  said: (from: string, text: string) => void = () => undefined;

  /** Everything that passes is part of the trace, and no secret is in it (I12). */
  carried(from: string, to: string, text: string): void {
    const { trace } = this.world;
    trace.mark(text.slice(0, MARKED_LENGTH));
    trace.tell(() => (text.startsWith('{"type":"heartbeat"') ? '' : `${from} → ${to}: ${text.slice(0, TOLD_LENGTH)}`));
    if (text.includes('canary-password') || text.includes('canary-secret'))
      this.world.violated('I12', `a secret went from ${from} to ${to}: ${text.slice(0, TOLD_LENGTH)}`);
  }

  /** A program ended: the kernel of its machine tells its peers, unless the machine itself went. */
  programEnded(life: Life, isMachineGone: boolean): void {
    for (const cable of [...this.#cables]) {
      if (cable.belongsTo(life)) cable.endOf(life, isMachineGone);
    }
  }

  #unblock(key: string): void {
    const left = (this.#blocked.get(key) ?? 1) - 1;
    if (left > 0) this.#blocked.set(key, left);
    else {
      this.#blocked.delete(key);
      this.#heal(key);
    }
  }

  #heal(key: string): void {
    const [from = '', to = ''] = key.split('>');
    for (const cable of [...this.#cables]) cable.healed(from, to);
  }
}
