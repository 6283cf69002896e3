export { parseOutputs } from './parse-output.ts';
export { writeOutputs } from './write-outputs.ts';
