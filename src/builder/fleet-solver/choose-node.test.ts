import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../fleet/index.ts';
import { parsePlatform } from '../../oci/index.ts';
import { type Candidate, chooseNode, type FleetNode } from './choose-node.ts';

const address = 'tcp://h:1';
const AMD64 = ['linux/amd64', 'linux/386', 'linux/arm64'];
const ARM64 = ['linux/arm64', 'linux/arm/v7'];

function candidate(
  name: string,
  busy: number,
  { told, ...more }: Partial<FleetNode> & { readonly told?: readonly string[] } = {},
): Candidate {
  const dial = { name, address: parseAddress(address) };
  return { node: { name, address, dial, ...more }, told, busy };
}

function choose(platform: string, ...candidates: readonly Candidate[]): string {
  const wanted = { platform: parsePlatform(platform), affinity: 'x' };
  const choice = chooseNode(candidates, wanted);
  return choice.kind === 'node' ? choice.node.name : choice.kind;
}

describe('a plan', () => {
  it('goes to a node of its platform, even if another one could emulate it and is idle', () => {
    const nodes = [candidate('intel', 0, { told: AMD64 }), candidate('arm', 5, { told: ARM64 })];
    expect(choose('linux/arm64', ...nodes)).toBe('arm');
    expect(choose('linux/amd64', ...nodes)).toBe('intel');
    expect(choose('linux/386', ...nodes)).toBe('intel');
  });

  it('goes to the node that was given its platform, else to one that can run it', () => {
    const given = candidate('given', 3, { platforms: ['linux/arm64'], told: AMD64 });
    expect(choose('linux/arm64', given, candidate('other', 0, { told: AMD64 }))).toBe('given');
    expect(choose('linux/amd64', given, candidate('other', 7, { told: AMD64 }))).toBe('other');
    expect(choose('linux/amd64', given)).toBe('given');
    expect(choose('linux/s390x', given)).toBe('given');
  });

  it('goes to the least loaded node, by its capacity', () => {
    const small = candidate('small', 1, { told: AMD64, capacity: 2 });
    const large = candidate('large', 3, { told: AMD64, capacity: 16 });
    expect(choose('linux/amd64', small, large)).toBe('large');
    expect(choose('linux/amd64', candidate('a', 1), candidate('b', 0))).toBe('b');
  });

  it('waits while all nodes of its platform are busy', () => {
    const busy = candidate('busy', 1, { told: ARM64, capacity: 1 });
    expect(choose('linux/arm64', busy, candidate('intel', 0, { told: AMD64 }))).toBe('wait');
  });

  it('goes to the same one of equal nodes each time, and others to others', () => {
    const nodes = ['a', 'b', 'c'].map((name) => candidate(name, 0));
    const chosen = (affinity: string, of: readonly Candidate[]) => {
      const choice = chooseNode(of, { platform: parsePlatform('linux/amd64'), affinity });
      return choice.kind === 'node' ? choice.node.name : undefined;
    };
    expect(chosen('x', nodes)).toBe(chosen('x', nodes.toReversed()));
    const all = new Set(Array.from({ length: 20 }, (_, n) => chosen(`project ${n}`, nodes)));
    expect(all.size).toBe(3);
  });
});
