export {
  chooseIsolation,
  defaultIsolation,
  isolationUnusable,
  noIsolation,
  parseIsolation,
} from './choose.ts';
export { type MachineFacts, readMachineFacts } from './machine-facts.ts';
export { probeIsolations } from './probe.ts';
export type { IsolationReport } from './report.ts';
