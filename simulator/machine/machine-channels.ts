import type { ChannelHandlers, ChannelRequest, RunnerChannels } from '@deskhand/gateway/ports/runner-channels.ts';
import type { RunnerCommand } from '@deskhand/protocol/runner.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

const HOP_MS = 0.2;
const KNOCK_WITHIN_MS = 500;

export interface OpenedChannel {
  /** Reaches the gateway while the channel is open and the gateway lives. */
  readonly tell: (what: (on: ChannelHandlers) => void) => void;
}

interface Channel extends OpenedChannel {
  readonly request: ChannelRequest;
  isOpen: boolean;
  toRunner: ((command: RunnerCommand) => void) | undefined;
}

/** The sockets of one machine over which runners speak. They go with the gateway that opened them. */
export class MachineChannels {
  readonly #world: World;
  readonly #open = new Map<string, Channel>();
  #places = 0;
  /** Told of each new channel, so that whoever lost its gateway knocks. */
  onOpen: (path: string, within: number) => void = () => undefined;

  constructor(world: World) {
    this.#world = world;
  }

  get count(): number {
    return this.#open.size;
  }

  connect(path: string, secret: string, toRunner: (command: RunnerCommand) => void): OpenedChannel | undefined {
    const channel = this.#open.get(path);
    if (channel === undefined || channel.request.secretHash !== hashOf(secret)) return undefined;
    channel.toRunner = toRunner;
    return channel;
  }

  /** As one gateway process sees them. */
  of(life: Life): RunnerChannels {
    return {
      newPlace: () => {
        this.#places += 1;
        const secret = `canary-secret-${String(this.#places)}`;
        return { path: `/run/${String(this.#places)}`, secret, secretHash: hashOf(secret) };
      },
      open: async (request) => {
        await life.later(1);
        const channel = this.#channelOf(request, life);
        this.#open.set(request.path, channel);
        life.onEnd(() => this.#close(request.path, channel));
        this.onOpen(request.path, KNOCK_WITHIN_MS);
        return {
          send: (command) => {
            const { toRunner } = channel;
            if (!channel.isOpen || toRunner === undefined || life.isOver) return false;
            this.#world.timeline.schedule(HOP_MS, () => toRunner(command));
            return true;
          },
          close: async () => {
            await life.later(HOP_MS);
            this.#close(request.path, channel);
          },
        };
      },
    };
  }

  clear(): void {
    for (const [path, channel] of this.#open) this.#close(path, channel);
  }

  #channelOf(request: ChannelRequest, life: Life): Channel {
    const channel: Channel = {
      request,
      isOpen: true,
      toRunner: undefined,
      tell: (what) => {
        this.#world.timeline.schedule(HOP_MS, () =>
          life.hear(() => {
            if (channel.isOpen) what(request.on);
          }),
        );
      },
    };
    return channel;
  }

  #close(path: string, channel: Channel): void {
    channel.isOpen = false;
    if (this.#open.get(path) === channel) this.#open.delete(path);
  }
}

const hashOf = (secret: string): string => `hash of ${secret.slice('canary-secret-'.length)}`;
