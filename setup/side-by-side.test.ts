import { describe, expect, test } from 'vitest';
import { sideBySide } from './side-by-side.ts';

/** Starts works and ends them by hand; answers which ones run. */
function world(cores: number, wishes: Readonly<Record<string, number>>) {
  const running = new Map<string, (answer: string) => void>();
  const works = Object.entries(wishes).map(([name, needs]) => ({ name, cores: needs }));
  const done = sideBySide(works, cores, ({ name }) => new Promise<string>((resolve) => running.set(name, resolve)));
  return {
    done,
    running: () => [...running.keys()].join(' '),
    end: async (name: string) => {
      running.get(name)?.(`${name} ended`);
      running.delete(name);
      await new Promise(setImmediate);
    },
  };
}

describe('works side by side', () => {
  test('use the cores there are, and no more', async () => {
    const { running, end } = world(2, { a: 1, b: 1, c: 1 });
    expect(running()).toBe('a b');
    await end('b');
    expect(running()).toBe('a c');
  });

  test('that mostly wait share a core', () => {
    expect(world(2, { a: 1, b: 0.5, c: 0.5, d: 0.5 }).running()).toBe('a b c');
  });

  test('that do not fit yet let smaller ones pass, and have their turn', async () => {
    const { running, end } = world(2, { a: 1, big: 2, b: 1 });
    expect(running()).toBe('a b');
    await end('a');
    await end('b');
    expect(running()).toBe('big');
  });

  test('that need more than there is run alone', async () => {
    const { running, end } = world(1, { big: 2, a: 1 });
    expect(running()).toBe('big');
    await end('big');
    expect(running()).toBe('a');
  });

  test('answer in their order, whichever ended first', async () => {
    const { done, end } = world(2, { a: 1, b: 1 });
    await end('b');
    await end('a');
    expect(await done).toEqual(['a ended', 'b ended']);
  });

  test('tell who broke', async () => {
    const broken = sideBySide([{ name: 'a', cores: 1 }], 2, async () => Promise.reject(new Error('on purpose')));
    await expect(broken).rejects.toThrow('on purpose');
  });
});
