import type { InstanceRegistry, LogLevel } from '@deskhand/robin';
import { reasonOf } from '../declare/errors.ts';

interface Opened {
  readonly type: string;
  readonly resource: unknown;
  readonly close: () => void | Promise<void>;
}

export const INSTANCES_OPEN_MAX = 1_000;

/** What the flow keeps open, by handle. Closing everything goes on after a failure, which is logged. */
export function createInstanceRegistry(log: (level: LogLevel, message: string) => void): InstanceRegistry {
  const opened = new Map<number, Opened>();
  let last = 0;
  const close = async (handle: number): Promise<void> => {
    const instance = opened.get(handle);
    opened.delete(handle);
    await instance?.close();
  };
  return {
    open: (type, resource, closeResource) => {
      if (opened.size >= INSTANCES_OPEN_MAX) throw new Error(`More than ${INSTANCES_OPEN_MAX} instances are open.`);
      last += 1;
      opened.set(last, { type, resource, close: closeResource });
      return last;
    },
    get: (type, handle) => {
      const instance = opened.get(handle);
      return instance?.type === type ? instance.resource : undefined;
    },
    close: async (type, handle) => {
      if (opened.get(handle)?.type === type) await close(handle);
    },
    closeAll: async () => {
      for (const handle of [...opened.keys()].reverse()) {
        try {
          await close(handle);
        } catch (cause) {
          log('warning', `Something that the flow had open could not be closed: ${reasonOf(cause)}`);
        }
      }
    },
  };
}
