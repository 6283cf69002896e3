export { removeTraces } from './remove-traces.ts';
export { ExtraCertificates, type StepTrust } from './step-trust.ts';
