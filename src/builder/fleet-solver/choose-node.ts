/** Which node of a builder runs a plan: one whose own platform it is, then the least loaded. */
import { createHash } from 'node:crypto';
import type { DialOptions } from '../../fleet/index.ts';
import { type Platform, parsePlatform, platformMatches } from '../../oci/index.ts';

/** A daemon of a builder. */
export interface FleetNode {
  readonly name: string;
  readonly address: string;
  readonly dial: Omit<DialOptions, 'env'>;
  /** Platforms that it shall build; undefined: those that the daemon names. */
  readonly platforms?: readonly string[] | undefined;
  /** Plans that it runs at once. */
  readonly capacity?: number | undefined;
}

/** The capacity of a node among others, unless it was given one. */
const CAPACITY = 8;

export interface Candidate {
  readonly node: FleetNode;
  /** What the daemon says that it builds, its own platform first; undefined: not asked. */
  readonly told: readonly string[] | undefined;
  /** Plans that it runs. */
  readonly busy: number;
}

export type Choice =
  | { readonly kind: 'node'; readonly node: FleetNode }
  /** All that fit are busy. */
  | { readonly kind: 'wait' };

/** How well a node fits. Nodes that fit better are waited for. */
const FIT = { native: 0, emulated: 1, unknown: 2 } as const;

/**
 * @param candidates at least one
 * @param affinity equal loads are decided by it, always in the same way: what a node has cached is then used again
 */
export function chooseNode(
  candidates: readonly Candidate[],
  { platform, affinity }: { readonly platform: Platform; readonly affinity: string },
): Choice {
  const fits = candidates.map((candidate) => fitOf(candidate, platform));
  const best = Math.min(...fits);
  const free = candidates
    .filter(({ node, busy }, position) => fits[position] === best && busy < capacityOf(node))
    .map((candidate) => ({ candidate, rank: rankOf(candidate.node, affinity) }))
    .sort((a, b) => loadOf(a.candidate) - loadOf(b.candidate) || (a.rank < b.rank ? -1 : 1));
  const [first] = free;
  return first === undefined ? { kind: 'wait' } : { kind: 'node', node: first.candidate.node };
}

function fitOf({ node, told }: Candidate, platform: Platform): number {
  const isIn = (names: readonly string[]) =>
    names.some((name) => platformMatches(parsePlatform(name), platform));
  if (node.platforms !== undefined && isIn(node.platforms)) return FIT.native;
  if (told === undefined) return node.platforms === undefined ? FIT.native : FIT.unknown;
  const [own, ...others] = told;
  if (own !== undefined && isIn([own]) && node.platforms === undefined) return FIT.native;
  return isIn(others) || (own !== undefined && isIn([own])) ? FIT.emulated : FIT.unknown;
}

function capacityOf({ capacity = CAPACITY }: FleetNode): number {
  return capacity;
}

function loadOf({ node, busy }: Candidate): number {
  return busy / capacityOf(node);
}

function rankOf({ name }: FleetNode, affinity: string): string {
  return createHash('sha256').update(`${name}\0${affinity}`).digest('hex');
}
