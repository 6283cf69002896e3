export { ISOLATIONS, type Isolation, type IsolationReport } from './isolation.ts';
export { judgeIsolation, judgeIsolations } from './judge.ts';
export { type MachineFacts, readMachineFacts } from './machine-facts.ts';
export { probeIsolations } from './probe.ts';
