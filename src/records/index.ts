export type { FileFinder } from './causes/file-cause.ts';
export { decodeRecord, encodeRecord } from './decode.ts';
export { drawGraph, type GraphFormat } from './draw-graph.ts';
export { comparable, explain } from './explain.ts';
export type { ExplainedStep, Explanation, StepCause, StepCauseKind } from './explanation.ts';
export { decodeFileList, encodeFileList, isListedDigest, type ListedFile } from './file-list.ts';
export { stagesOfImage } from './image-stages.ts';
export { type StageEdge, type StageNode, stageGraph } from './stage-graph.ts';
export {
  lastTimes,
  type OnUnreadable,
  type RecordSource,
  readRecord,
  recordNotFound,
  recordOfImage,
  recordsIn,
  stepOfLayer,
} from './stored-records.ts';
export { chromeTrace, otlpTrace } from './trace.ts';
export * from './types.ts';
