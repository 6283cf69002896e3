export { parseAddress } from '../../fleet/index.ts';
export { type FleetBuilder, fleetSolver } from './fleet-solver.ts';
