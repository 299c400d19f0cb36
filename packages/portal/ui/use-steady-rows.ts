import { type FocusEvent, useCallback, useEffect, useRef, useState } from 'react';
import { type SteadyRows, steadyOrder } from './steady-order.ts';

interface SteadyTable<T> extends SteadyRows<T> {
  /** Spread over the element around the table. */
  readonly holders: {
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: () => void;
    readonly onBlur: (event: FocusEvent) => void;
  };
  /** Takes the server's order at once: for the person's own moves. */
  readonly settle: () => void;
}

/** Rows that do not move under the pointer or the focus. */
export function useSteadyRows<T>(latest: readonly T[], keyOf: (row: T) => string): SteadyTable<T> {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const [released, setReleased] = useState<readonly T[] | null>(null);
  const shownKeys = useRef<readonly string[]>([]);
  const latestRows = useRef(latest);
  const held = (pointer || focus) && shownKeys.current.length > 0 && released === null;
  const steady = held ? steadyOrder(shownKeys.current, latest, keyOf) : { rows: latest, pending: 0 };
  useEffect(() => {
    shownKeys.current = steady.rows.map(keyOf);
    latestRows.current = latest;
    // The answer to the person's own move has been shown; from now on the rows hold still again.
    if (released !== null && released !== latest) setReleased(null);
  });
  const settle = useCallback(() => setReleased(latestRows.current), []);
  return {
    ...steady,
    settle,
    holders: {
      onPointerEnter: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: (event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setFocus(false);
      },
    },
  };
}
