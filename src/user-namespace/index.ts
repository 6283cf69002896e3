export { enterUserNamespace } from './enter.ts';
export type { UsernsRemap } from './new-namespace.ts';
export {
  allSubordinateIds,
  lackingSubordinateIds,
  ownSubordinateIds,
  type SubordinateIds,
  subordinateRangesIn,
} from './subordinate-ids.ts';
