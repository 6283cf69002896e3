/** The solver of the builder that the user chose. */
import type { BuildOptions } from '../api/index.ts';
import { chooseBuilder, loadBuilders } from '../builders/index.ts';
import { MachineLoads } from '../concurrency/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { localSolver } from './local-solver/local-solver.ts';
import type { Solver } from './solver/solver.ts';

/** @throws AppError BUILDER_… */
export async function chosenSolver(
  { builder }: BuildOptions,
  { env, machines = new MachineLoads() }: Pick<LaminaContext, 'env' | 'machines'>,
): Promise<Solver> {
  const chosen = chooseBuilder(builder, env);
  if (chosen === undefined) return localSolver();
  // Builds on this machine load neither.
  const { dialOptions } = await loadBuilders();
  const { fleetSolver } = await import('./fleet-solver/index.ts');
  const nodes = chosen.nodes.map((node) => ({ ...node, dial: dialOptions(chosen, node) }));
  return fleetSolver({ nodes, machines });
}
