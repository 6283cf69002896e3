export { parseOutputs } from './parse-output.ts';
export { pushTargetOf } from './push-target.ts';
export { writeOutputs } from './write-outputs.ts';
