export { decodeRecord, encodeRecord } from './decode.ts';
export { decodeFileList, encodeFileList, isListedDigest, type ListedFile } from './file-list.ts';
export {
  type RecordSource,
  readRecord,
  recordNotFound,
  recordOfImage,
  recordsIn,
  stepOfLayer,
} from './stored-records.ts';
export * from './types.ts';
