/** The solver of the builder that the user chose. */
import type { BuildOptions } from '../api/index.ts';
import { chooseBuilder, loadBuilders } from '../builders/index.ts';
import { MachineLoads } from '../concurrency/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import type { FleetBuilder } from './fleet-solver/index.ts';
import { localSolver } from './local-solver/local-solver.ts';
import type { Solver } from './solver/solver.ts';

/** @throws AppError BUILDER_… */
export async function chosenSolver(
  options: BuildOptions,
  context: Pick<LaminaContext, 'env' | 'machines'>,
): Promise<Solver> {
  const builder = await chosenBuilder(options, context);
  if (builder === undefined) return localSolver();
  const { fleetSolver } = await import('./fleet-solver/index.ts');
  return fleetSolver(builder);
}

/** @returns undefined for this machine @throws AppError BUILDER_… */
export async function chosenBuilder(
  { builder }: BuildOptions,
  { env, machines = new MachineLoads() }: Pick<LaminaContext, 'env' | 'machines'>,
): Promise<FleetBuilder | undefined> {
  const chosen = chooseBuilder(builder, env);
  if (chosen === undefined) return undefined;
  // Builds on this machine do not load it.
  const { dialOptions } = await loadBuilders();
  const nodes = chosen.nodes.map((node) => ({ ...node, dial: dialOptions(chosen, node) }));
  return { nodes, machines };
}
