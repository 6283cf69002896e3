export { type FleetBuilder, fleetSolver } from './fleet-solver.ts';
