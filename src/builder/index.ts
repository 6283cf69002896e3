export { build } from './build.ts';
export { BuildSecrets } from './credentials/secrets.ts';
export { SshAgents } from './credentials/ssh-agents.ts';
export { type KeptStep, keepInterruptedStep } from './drivers/index.ts';
export { listContext } from './list-context.ts';
export { verify } from './verify.ts';
export { check, outline, targets } from './without-building.ts';
