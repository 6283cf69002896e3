export type { Cgroup, Cgroups } from './cgroup.ts';
export { DelegatedGroups } from './delegated-groups.ts';
export { readDelegationView, undelegatedControllers } from './delegation.ts';
export { type DelegationReport, reportDelegation } from './delegation-advice.ts';
export { MachineGroups } from './machine-groups.ts';
export { randomName } from './random-name.ts';
