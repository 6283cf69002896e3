export { parseOutputs } from './parse-output.ts';
export { type WrittenOutputs, writeOutputs } from './write-outputs.ts';
