export interface OutlineEntry {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly kind: 'subflow' | 'region';
}

/** Subflows and regions of a script by line. Reads loosely, so that it works while somebody types. */
export function outlineOf(script: string): readonly OutlineEntry[] {
  return script.split(/\r\n|\r|\n/).flatMap((text, index): OutlineEntry[] => {
    const subflow = /^\s*FUNCTION\s+(?:'([^']+)'|([\w.]+))/i.exec(text);
    if (subflow) return [{ name: subflow[1] ?? subflow[2] ?? '', line: index + 1, kind: 'subflow' }];
    const region = /^\s*\*\*REGION\s+(.+?)\s*$/.exec(text);
    return region ? [{ name: region[1] ?? '', line: index + 1, kind: 'region' }] : [];
  });
}
