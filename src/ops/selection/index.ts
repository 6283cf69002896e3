export type { ListedFile, OnListed } from './listed-files.ts';
export { type KeptFile, KeptFiles, type ReadFile, ReadFiles } from './read-files.ts';
export { selectFiles, selectInline } from './select-files.ts';
export {
  type SelectedContent,
  type SelectedFile,
  type SelectedFiles,
  type SelectedRoot,
  selectionDigest,
  unknownContent,
  unreadableSource,
} from './selected-files.ts';
