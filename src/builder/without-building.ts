/** The calls that only read a Dockerfile; their modules are loaded on use. */
import type { BuildOptions, CheckResult, OutlineResult, TargetsResult } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';

export async function check(context: LaminaContext, options: BuildOptions): Promise<CheckResult> {
  return (await import('./describe.ts')).check(context, options);
}

export async function outline(
  context: LaminaContext,
  options: BuildOptions,
): Promise<OutlineResult> {
  return (await import('./describe.ts')).outline(context, options);
}

export async function targets(
  context: LaminaContext,
  options: BuildOptions,
): Promise<TargetsResult> {
  return (await import('./describe.ts')).targets(context, options);
}
