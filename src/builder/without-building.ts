/** The calls that only look at a Dockerfile; what they need is loaded when they are called. */
import type { BuildOptions, CheckResult, OutlineResult, TargetsResult } from '../api/index.ts';

/**
 * Runs the build checks; nothing is built. What base images that the store lacks would say is not checked.
 * @throws AppError DOCKERFILE_…, CONTEXT_…: a file that cannot be read
 */
export async function check(options: BuildOptions): Promise<CheckResult> {
  return (await import('./describe.ts')).check(options);
}

/**
 * What the target takes: arguments, secrets, ssh agents, caches.
 * @throws AppError DOCKERFILE_…, CONTEXT_…, PLAN_…
 */
export async function outline(options: BuildOptions): Promise<OutlineResult> {
  return (await import('./describe.ts')).outline(options);
}

/**
 * The stages that can be built.
 * @throws AppError DOCKERFILE_…, CONTEXT_…
 */
export async function targets(options: BuildOptions): Promise<TargetsResult> {
  return (await import('./describe.ts')).targets(options);
}
