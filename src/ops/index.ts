export { ExtraCertificates, type StepTrust } from './ca-certificates/index.ts';
export { type CopyOptions, type CopyResult, type CopyTarget, copyFiles } from './copy.ts';
export type { DraftFile } from './layer-draft.ts';
export { type MadeDirectories, makeDirectories } from './mkdir.ts';
export { type Owner, type ResolvedOwner, resolveOwner } from './owner.ts';
export { isLinked, putFiles } from './put-files.ts';
export {
  indexFailedStep,
  indexLeftTree,
  type RunStepOptions,
  runStep,
  type StepLayer,
  type StepLimits,
} from './run-step.ts';
export {
  findSecrets,
  formsOf,
  type SecretForm,
  type SecretLeak,
  type SecretText,
} from './secrets/index.ts';
export {
  KeptFiles,
  type ListedFile,
  type OnListed,
  type ReadFiles,
  type SelectedFile,
  type SelectedFiles,
  type SelectedRoot,
  selectFiles,
  selectInline,
  selectionDigest,
  unknownContent,
} from './selection/index.ts';
