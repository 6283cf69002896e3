/** Evaluates FROM lines. */
import type { FromInstruction, SyntaxTree, Word } from '../dockerfile/index.ts';
import { AppError, locate, type SourceLocation } from '../errors.ts';
import { normalizePlatform, type Platform, parsePlatform } from '../oci/index.ts';
import { expandGlobal } from './global-arguments.ts';
import { emptyBase, emptyPlatform } from './plan-faults.ts';

/** The variables of FROM lines. */
export interface GlobalScope {
  readonly tree: SyntaxTree;
  /** Values of global ARGs. */
  readonly globals: ReadonlyMap<string, string>;
}

/** @throws AppError PLAN_EMPTY_BASE, and what expansion throws */
export function baseNameOf({ image }: FromInstruction, scope: GlobalScope): string {
  const name = expandGlobal(scope.tree, image, scope.globals);
  if (name === '') throw emptyBase(image.text, locationOf(image, scope));
  return name;
}

/**
 * @returns undefined for a FROM without a platform
 * @throws AppError PLAN_EMPTY_PLATFORM, PLATFORM_INVALID, and what expansion throws
 */
export function platformOfFrom(
  { platform }: FromInstruction,
  scope: GlobalScope,
): Platform | undefined {
  if (platform === undefined) return undefined;
  const text = expandGlobal(scope.tree, platform, scope.globals);
  try {
    if (text === '') throw emptyPlatform(platform.text);
    return normalizePlatform(parsePlatform(text));
  } catch (error) {
    throw error instanceof AppError ? locate(error, locationOf(platform, scope)) : error;
  }
}

function locationOf({ range }: Word, { tree }: GlobalScope): SourceLocation {
  return tree.source.location(range);
}
