export {
  type ByteSink,
  type Destination,
  openDirectory,
  readFileIfPresent,
  writeFailure,
  writeNew,
  writeTo,
} from './destination.ts';
export type { FileBytes, Piece } from './pieces.ts';
export { type Replacement, replaceFile } from './replace-file.ts';
