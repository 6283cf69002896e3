import { describe, expect, it } from 'vitest';
import { MachineLoads } from './machine-loads.ts';

const never = new AbortController().signal;

describe('the loads of machines', () => {
  it('count work until it ends, once', () => {
    const loads = new MachineLoads();
    const work = loads.begin('a');
    loads.begin('a');
    expect([loads.busy('a'), loads.busy('b')]).toEqual([2, 0]);
    work[Symbol.dispose]();
    work[Symbol.dispose]();
    expect(loads.busy('a')).toBe(1);
  });

  it('wake who waits when work ends, or with the reason of the signal', async () => {
    const loads = new MachineLoads();
    const work = loads.begin('a');
    const waiting = loads.ended(never);
    work[Symbol.dispose]();
    await expect(waiting).resolves.toBeUndefined();
    const stop = new AbortController();
    const stopped = loads.ended(stop.signal);
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
  });

  it('keep a machine as lost until a time', () => {
    const loads = new MachineLoads();
    loads.lose('a', 100);
    expect([loads.isLost('a', 99), loads.isLost('a', 100), loads.isLost('b', 0)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('ask a machine once, and again after a failure', async () => {
    const loads = new MachineLoads();
    let asked = 0;
    const question = async () => {
      asked++;
      if (asked === 1) throw new Error('busy');
      return asked;
    };
    await expect(loads.ask('a', question)).rejects.toThrow('busy');
    expect(await loads.ask('a', question)).toBe(2);
    expect(await loads.ask('a', question)).toBe(2);
  });
});
