export { type DiveFigures, diveFigures } from './dive-figures.ts';
export { type ChangeKind, ImageModel, type LayerTotals } from './image-model.ts';
export { LinkGroups, LinkNumbers } from './link-groups.ts';
export { NONE, type PathNode, type PathTable, ROOT } from './path-table.ts';
export { type Reclaimable, type ReclaimableFile, reclaimable } from './reclaimable.ts';
export type {
  HiddenReason,
  Version,
  VersionMetadata,
  VersionTable,
  VersionType,
} from './version-table.ts';
export {
  type DuplicateGroup,
  type Duplicates,
  duplicateCandidates,
  duplicates,
  type VisibleTotals,
  visibleTotals,
} from './visible-files.ts';
