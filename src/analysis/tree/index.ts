export {
  type ContentColumns,
  type ContentTree,
  type ContentTreeOptions,
  contentTree,
} from './content-tree.ts';
