/** The solver of the builder that the user chose. */
import type { BuildOptions } from '../api/index.ts';
import { localSolver } from './local-solver/local-solver.ts';
import type { Solver } from './solver/solver.ts';

/** Names of this machine, as Docker's users know them. */
const HERE: ReadonlySet<string> = new Set(['', 'default', 'lamina']);

/** @throws AppError BUILDER_ADDRESS */
export async function chosenSolver({ builder = '' }: BuildOptions): Promise<Solver> {
  if (HERE.has(builder)) return localSolver();
  // Builds on this machine do not load it.
  const { parseAddress, fleetSolver } = await import('./fleet-solver/index.ts');
  return fleetSolver({ name: builder, address: parseAddress(builder) });
}
