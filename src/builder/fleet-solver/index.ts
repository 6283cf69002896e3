export { type FleetBuilder, fleetSolver } from './fleet-solver.ts';
export { solveByFrontend } from './frontend-solver.ts';
