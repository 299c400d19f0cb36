import { createRequire } from 'node:module';
import type koffiModule from 'koffi';

const FIRST_AFTER_STANDARD = 3;
const CLOSE_ON_EXEC = 4;
const HIGHEST_DESCRIPTOR = 0xffffffff;

/**
 * Whoever started the gateway may have left files open in it. Node hands such descriptors on to every child, so a
 * program of alice's would inherit what root had open. Marked this way they end at the next program start; the ones that
 * `spawn` passes on are copies, which the mark does not concern.
 */
export function keepDescriptorsFromChildren(): boolean {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof koffiModule;
    const closeRange = koffi.load('libc.so.6').func('int close_range(unsigned int, unsigned int, int)');
    return closeRange(FIRST_AFTER_STANDARD, HIGHEST_DESCRIPTOR, CLOSE_ON_EXEC) === 0;
  } catch {
    return false;
  }
}
