export type { ListedFile, OnListed } from './listed-files.ts';
export { selectFiles, selectInline } from './select-files.ts';
export {
  type KeptFile,
  type ReadFile,
  type SelectedContent,
  type SelectedFile,
  type SelectedFiles,
  type SelectedRoot,
  selectionDigest,
  unknownContent,
  unreadableSource,
} from './selected-files.ts';
