export { ExtraCertificates, type StepTrust } from './ca-certificates/index.ts';
export type { PlacedFile } from './canvas.ts';
export {
  type CopyInputs,
  type CopyOptions,
  type CopyResult,
  type CopyTarget,
  copyDigest,
  copyFiles,
  type PreparedCopy,
  prepareCopy,
} from './copy.ts';
export { type MadeDirectories, makeDirectories } from './mkdir.ts';
export { type Owner, type ResolvedOwner, resolveOwner } from './owner.ts';
export { isLinked, placeFiles } from './place.ts';
export { type RunStepOptions, runStep, type StepLayer, type StepLimits } from './run-step.ts';
export { findSecrets, type SecretLeak, type SecretText } from './secrets/index.ts';
export { type SelectOptions, selectFiles } from './select.ts';
export {
  type CopiedFile,
  type SelectedFile,
  type SelectedRoot,
  type Selection,
  selectionDigest,
  unknownContent,
} from './selection.ts';
