import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';

const TYPING_PAUSE_MS = 400;

/** The server's checker, asked when somebody stops typing; the last answer stays until the next one. */
export function useScriptCheck(script: string) {
  const [settled, setSettled] = useState(script);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(script), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [script]);
  const check = useQuery({
    queryKey: ['script-check', settled],
    queryFn: ({ signal }) => api.checkScript({ body: { script: settled }, signal }),
    enabled: settled.trim() !== '',
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const diagnostics = settled.trim() === '' ? noDiagnostics : (check.data?.diagnostics ?? noDiagnostics);
  const checking = settled !== script || check.isFetching;
  return { diagnostics, checking, error: check.error };
}

const noDiagnostics: readonly never[] = [];
