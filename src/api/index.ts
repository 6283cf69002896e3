export type {
  CheckedRule,
  GivenRates,
  ImageCheck,
  ImageFinding,
  ImageLimits,
  ImageReport,
} from '../analysis/index.ts';
export type { ByteSink, Destination } from '../destination/index.ts';
export type { HistoryLayer, HistoryRow, ImageInspect } from '../export/index.ts';
export type { ContentDigest, FileEntry, FileType } from '../files/index.ts';
export type { BlobFile, BlobReading, Image, ImageFiles, Index, Layer } from '../image/index.ts';
export type { LayerEntry, LayerFile, LayerIndex, Whiteout } from '../layers/index.ts';
export type {
  Finding,
  Fix,
  RuleFamily,
  Savings,
  Severity,
  TextEdit,
} from '../lint/index.ts';
export type {
  BuildOutcome,
  BuildRecord,
  ExplainedStep,
  Explanation,
  RecordedAnswer,
  RecordedBeginning,
  RecordedContent,
  RecordedImage,
  RecordedStage,
  RecordedStep,
  RecordedVariable,
  RecordedWork,
  StepCause,
  StepCauseKind,
  StepStatus,
} from '../records/index.ts';
export type { IsolationReport } from '../runtime/index.ts';
export type * from './attestations.ts';
export type * from './bake.ts';
export type * from './build.ts';
export type * from './builders.ts';
export type * from './builds.ts';
export type * from './checks.ts';
export type * from './containers.ts';
export type * from './context-listing.ts';
export type * from './debug.ts';
export type * from './diagnosis.ts';
export type * from './explore.ts';
export type * from './explore-page.ts';
export type * from './format.ts';
export type * from './images.ts';
export type * from './lamina.ts';
export type * from './lint.ts';
export type * from './open-image.ts';
export type * from './optimize.ts';
export type * from './propose-dockerfile.ts';
export type * from './registries.ts';
export type * from './reports.ts';
export type * from './sbom.ts';
export type * from './signatures.ts';
export type * from './store-check.ts';
export type * from './store-options.ts';
export type * from './system-info.ts';
