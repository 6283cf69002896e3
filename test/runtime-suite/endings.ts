/** How processes end before their time. */
import { describe, expect, test } from 'vitest';
import { AbortedError } from '../../src/errors.ts';
import { processesWith, uniqueWord } from '../support/process-list.ts';
import { Workshop } from '../support/workshop.ts';
import type { Bench } from './bench.ts';

export function endingCases(bench: Bench): void {
  describe('an aborted process', () => {
    test('ends at once with all its children, and others go on', async () => {
      const word = uniqueWord();
      const abort = new AbortController();
      const onOutput = () => abort.abort();
      const script = `trap '' TERM INT; sh -c 'sleep 1000; : ${word}' & echo up; wait`;
      const other = bench.workshop.shell('sleep 0.3; echo other');
      const ran = bench.workshop.shell(script, {}, { onOutput, signal: abort.signal });
      await expect(ran).rejects.toThrow(AbortedError);
      expect(processesWith(word)).toEqual([]);
      expect(await other).toMatchObject({ stdout: 'other\n' });
    });

    test('need not have started', async () => {
      for (let wait = 0; wait < 40; wait += 4) {
        const word = uniqueWord();
        const abort = new AbortController();
        const ran = bench.workshop.shell(`sleep 1000; : ${word}`, {}, { signal: abort.signal });
        setTimeout(() => abort.abort(), wait);
        await expect(ran).rejects.toThrow(AbortedError);
        expect(processesWith(word)).toEqual([]);
      }
    });

    test('is not even sent when the signal came before', async () => {
      const ran = bench.workshop.shell('true', {}, { signal: AbortSignal.abort() });
      await expect(ran).rejects.toThrow(AbortedError);
    });
  });

  test('closing the runtime ends what runs', async () => {
    const word = uniqueWord();
    const other = new Workshop(bench.openRuntime);
    const closing: Promise<void>[] = [];
    const onOutput = () => closing.push(other[Symbol.asyncDispose]());
    const ran = other.shell(`echo up; sleep 1000; : ${word}`, {}, { onOutput });
    await expect(ran).rejects.toMatchObject({ code: 'RUNTIME_LOST' });
    await Promise.all(closing);
    expect(closing).toHaveLength(1);
    expect(processesWith(word)).toEqual([]);
  });
}
