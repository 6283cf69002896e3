export {
  type ContentColumns,
  type ContentTree,
  type ContentTreeOptions,
  ContentTrees,
  contentTree,
} from './content-tree.ts';
