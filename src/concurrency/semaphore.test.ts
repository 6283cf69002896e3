import { describe, expect, test } from 'vitest';
import { Semaphore } from './semaphore.ts';

describe('a semaphore', () => {
  test('lets as many work as it has permits, the others in their order', async () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    const acquire = async (number: number) => {
      const permit = await semaphore.acquire();
      begun.push(number);
      return permit;
    };
    const [first, second, third, fourth] = [1, 2, 3, 4].map(acquire);
    (await first)?.[Symbol.dispose]();
    await Promise.all([second, third]);
    expect(begun).toEqual([1, 2, 3]);
    (await third)?.[Symbol.dispose]();
    await fourth;
    expect(begun).toEqual([1, 2, 3, 4]);
  });

  test('takes a permit back once', async () => {
    const semaphore = new Semaphore(1);
    const permit = await semaphore.acquire();
    permit[Symbol.dispose]();
    permit[Symbol.dispose]();
    const held = await semaphore.acquire();
    const stop = new AbortController();
    const waiting = semaphore.acquire(stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    held[Symbol.dispose]();
  });

  test('skips aborted waiters, and rejects an aborted signal', async () => {
    const semaphore = new Semaphore(1);
    const held = await semaphore.acquire();
    const stop = new AbortController();
    const impatient = semaphore.acquire(stop.signal);
    const patient = semaphore.acquire();
    stop.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    held[Symbol.dispose]();
    (await patient)[Symbol.dispose]();
    await expect(semaphore.acquire(stop.signal)).rejects.toThrow('enough');
  });

  test('has one permit at least', async () => {
    using permit = await new Semaphore(0.5).acquire();
    expect(permit).toBeDefined();
  });
});
