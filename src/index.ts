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
import type { Lamina } from './api/index.ts';
import { createLamina } from './lamina.ts';

export type {
  Cause,
  Change,
  ChangeKind,
  CheckedLimit,
  CheckedRule,
  ComparisonSummary,
  ConfigChange,
  Cost,
  DirectoryChange,
  FileDifference,
  FilesComparison,
  HiddenReason,
  ImageCheck,
  ImageComparison,
  ImageFinding,
  ImageLimits,
  ImageModel,
  ImageReport,
  ImageRule,
  LayerComparison,
  LayerTotals,
  LeftoverKind,
  PackageType,
  PathNode,
  PathTable,
  PullTime,
  Range,
  Rates,
  ReportedBase,
  ReportedDifference,
  ReportedDive,
  ReportedFile,
  ReportedFinding,
  ReportedImage,
  ReportedLayer,
  ReportedLeftovers,
  ReportedPackage,
  ReportedPackageChange,
  ReportedProblem,
  ReportedReclaimable,
  ReportedSecret,
  ReportedSecurity,
  ReportedSingleStage,
  ReportedSize,
  ReportedStage,
  ReportPath,
  SecretKind,
  ValueDifference,
  Version,
  VersionMetadata,
  VersionTable,
  VersionType,
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
export type { TransferEvent, TransferState } from './image/index.ts';
export type {
  ContainerConfig,
  Descriptor,
  DiffId,
  Digest,
  Healthcheck,
  HistoryEntry,
  ImageConfig,
  ImageIndex,
  Manifest,
  Platform,
  RunningDigest,
} from './oci/index.ts';
export type { BuildTarget, OutlineArgument, OutlineMount } from './outline/index.ts';
export type {
  BuildEvent,
  BuildSummary,
  BuiltImageSummary,
  Emit,
  LayerSummary,
  StageSummary,
  StageUse,
  StepInfo,
  StepSummary,
} from './progress/index.ts';
export type { RuleName, WarningCode } from './warning-code.ts';
export { createLamina };

// The types keep the doc comments of the methods.
const lamina = createLamina();

export const build: Lamina['build'] = lamina.build;
export const verify: Lamina['verify'] = lamina.verify;
export const explainBuild: Lamina['explainBuild'] = lamina.explainBuild;
export const listBuilds: Lamina['listBuilds'] = lamina.listBuilds;
export const inspectBuild: Lamina['inspectBuild'] = lamina.inspectBuild;
export const removeBuilds: Lamina['removeBuilds'] = lamina.removeBuilds;
export const traceBuild: Lamina['traceBuild'] = lamina.traceBuild;
export const graphBuild: Lamina['graphBuild'] = lamina.graphBuild;
export const check: Lamina['check'] = lamina.check;
export const lint: Lamina['lint'] = lamina.lint;
export const outline: Lamina['outline'] = lamina.outline;
export const targets: Lamina['targets'] = lamina.targets;
export const optimize: Lamina['optimize'] = lamina.optimize;
export const bake: Lamina['bake'] = lamina.bake;
export const readBakeDefinition: Lamina['readBakeDefinition'] = lamina.readBakeDefinition;
export const listContext: Lamina['listContext'] = lamina.listContext;
export const format: Lamina['format'] = lamina.format;
export const proposeDockerfile: Lamina['proposeDockerfile'] = lamina.proposeDockerfile;
export const run: Lamina['run'] = lamina.run;
export const debug: Lamina['debug'] = lamina.debug;
export const images: Lamina['images'] = lamina.images;
export const tag: Lamina['tag'] = lamina.tag;
export const removeImage: Lamina['removeImage'] = lamina.removeImage;
export const inspectImages: Lamina['inspectImages'] = lamina.inspectImages;
export const imageHistory: Lamina['imageHistory'] = lamina.imageHistory;
export const compareImages: Lamina['compareImages'] = lamina.compareImages;
export const reportImage: Lamina['reportImage'] = lamina.reportImage;
export const listAttestations: Lamina['listAttestations'] = lamina.listAttestations;
export const signImage: Lamina['signImage'] = lamina.signImage;
export const verifySignatures: Lamina['verifySignatures'] = lamina.verifySignatures;
export const sbom: Lamina['sbom'] = lamina.sbom;
export const checkImage: Lamina['checkImage'] = lamina.checkImage;
export const exploreImage: Lamina['exploreImage'] = lamina.exploreImage;
export const explorePage: Lamina['explorePage'] = lamina.explorePage;
export const serveExplorer: Lamina['serveExplorer'] = lamina.serveExplorer;
export const saveImages: Lamina['saveImages'] = lamina.saveImages;
export const loadImages: Lamina['loadImages'] = lamina.loadImages;
export const importImage: Lamina['importImage'] = lamina.importImage;
export const exportImage: Lamina['exportImage'] = lamina.exportImage;
export const makeBase: Lamina['makeBase'] = lamina.makeBase;
export const prune: Lamina['prune'] = lamina.prune;
export const collectGarbage: Lamina['collectGarbage'] = lamina.collectGarbage;
export const diskUsage: Lamina['diskUsage'] = lamina.diskUsage;
export const diskUsageDetails: Lamina['diskUsageDetails'] = lamina.diskUsageDetails;
export const checkStore: Lamina['checkStore'] = lamina.checkStore;
export const pullImages: Lamina['pullImages'] = lamina.pullImages;
export const pushImages: Lamina['pushImages'] = lamina.pushImages;
export const copyImage: Lamina['copyImage'] = lamina.copyImage;
export const openImage: Lamina['openImage'] = lamina.openImage;
export const inspectManifest: Lamina['inspectManifest'] = lamina.inspectManifest;
export const listTags: Lamina['listTags'] = lamina.listTags;
export const createIndex: Lamina['createIndex'] = lamina.createIndex;
export const createManifestList: Lamina['createManifestList'] = lamina.createManifestList;
export const annotateManifestList: Lamina['annotateManifestList'] = lamina.annotateManifestList;
export const pushManifestList: Lamina['pushManifestList'] = lamina.pushManifestList;
export const removeManifestLists: Lamina['removeManifestLists'] = lamina.removeManifestLists;
export const createBuilder: Lamina['createBuilder'] = lamina.createBuilder;
export const listBuilders: Lamina['listBuilders'] = lamina.listBuilders;
export const useBuilder: Lamina['useBuilder'] = lamina.useBuilder;
export const removeBuilders: Lamina['removeBuilders'] = lamina.removeBuilders;
export const login: Lamina['login'] = lamina.login;
export const logout: Lamina['logout'] = lamina.logout;
export const diagnose: Lamina['diagnose'] = lamina.diagnose;
export const info: Lamina['info'] = lamina.info;
export const version: Lamina['version'] = lamina.version;
