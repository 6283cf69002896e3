/**
 * lamina as a library: everything the command does, typed, with events and AbortSignal.
 *
 *     import { build, createLamina } from 'lamina-build';
 *
 *     const { imageId } = await build({ context: '.', tags: ['app'] });
 *     const other = createLamina({ root: '/srv/images' });
 *     await other.images();
 *
 * The functions are the calls of one `createLamina()`: they use the environment of the process and the store that it
 * names. All throw an `AppError` with a stable code for everything a user can meet.
 *
 * @module
 */
import { createLamina } from './lamina.ts';

export type {
  Cause,
  Change,
  FileDifference,
  FilesComparison,
  ImageComparison,
  ImageReport,
  LayerComparison,
  ReportedDive,
  ReportedFile,
  ReportedImage,
  ReportedLayer,
  ReportedLeftovers,
  ReportedPackage,
  ReportedProblem,
  ReportedReclaimable,
  ReportedSecret,
  ReportedSecurity,
  ReportedSize,
  ReportPath,
  ValueDifference,
} from './analysis/index.ts';
export type * from './api/index.ts';
export type { Environment } from './environment.ts';
export type { ErrorCode } from './error-code.ts';
export type {
  AppErrorOptions,
  InstructionPart,
  SourceLocation,
  SourcePosition,
  SourceRange,
  SourceUse,
  StepFailure,
  Warning,
} from './errors.ts';
export { AbortedError, AppError, StepError } from './errors.ts';
export type {
  ContainerConfig,
  Descriptor,
  Digest,
  HistoryEntry,
  ImageConfig,
  Platform,
} from './oci/index.ts';
export type { BuildEvent, BuildSummary, Emit, StepInfo } from './progress/index.ts';
export type { RuleName, WarningCode } from './warning-code.ts';
export { createLamina };

const lamina = createLamina();

export const build = lamina.build;
export const verify = lamina.verify;
export const check = lamina.check;
export const outline = lamina.outline;
export const targets = lamina.targets;
export const listContext = lamina.listContext;
export const run = lamina.run;
export const images = lamina.images;
export const tag = lamina.tag;
export const removeImage = lamina.removeImage;
export const inspectImages = lamina.inspectImages;
export const imageHistory = lamina.imageHistory;
export const compareImages = lamina.compareImages;
export const reportImage = lamina.reportImage;
export const saveImages = lamina.saveImages;
export const loadImages = lamina.loadImages;
export const importImage = lamina.importImage;
export const exportImage = lamina.exportImage;
export const makeBase = lamina.makeBase;
export const prune = lamina.prune;
export const diskUsage = lamina.diskUsage;
export const diskUsageDetails = lamina.diskUsageDetails;
export const checkStore = lamina.checkStore;
export const pullImages = lamina.pullImages;
export const pushImages = lamina.pushImages;
export const copyImage = lamina.copyImage;
export const inspectManifest = lamina.inspectManifest;
export const listTags = lamina.listTags;
export const createIndex = lamina.createIndex;
export const createManifestList = lamina.createManifestList;
export const annotateManifestList = lamina.annotateManifestList;
export const pushManifestList = lamina.pushManifestList;
export const removeManifestLists = lamina.removeManifestLists;
export const login = lamina.login;
export const logout = lamina.logout;
export const info = lamina.info;
export const version = lamina.version;
