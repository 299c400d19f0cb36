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
  const [settling, setSettling] = useState(0);
  const shown = useRef<{ keys: readonly string[]; settled: number }>({ keys: [], settled: 0 });
  const held = (pointer || focus) && shown.current.keys.length > 0 && shown.current.settled >= settling;
  const steady = held ? steadyOrder(shown.current.keys, latest, keyOf) : { rows: latest, pending: 0 };
  useEffect(() => {
    shown.current = { keys: steady.rows.map(keyOf), settled: settling };
  });
  const settle = useCallback(() => setSettling((count) => count + 1), []);
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
