import { useState } from 'react';

export interface Sending {
  readonly busy: boolean;
  /** What the server refused with, until it is sent again. */
  readonly refusal: unknown;
  /** Answers whether it was done. */
  readonly send: (work: () => Promise<void>) => Promise<boolean>;
}

/** Something a person sends: busy while it is under way, and the server's refusal stays to be read. */
export function useSending(): Sending {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const send = async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setRefusal(null);
    try {
      await work();
      return true;
    } catch (error) {
      setRefusal(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refusal, send };
}
