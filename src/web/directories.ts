/** Parts of the tree that the page has not got, when it asks for them. */
import { ContentTrees, type ImageModel } from '../analysis/index.ts';
import { pageJson } from './page-json.ts';
import { numberIn } from './query.ts';

/** Files and directories in one answer. */
const LIMIT = 20_000;

/** @returns what answers a query: `image`, `node` and `skip`, as the page has them; with JSON of a `ContentTree` */
export function directoriesOf(
  models: readonly ImageModel[],
): (query: URLSearchParams) => string | undefined {
  const trees = models.map((model) => new ContentTrees(model));
  return (query) => {
    const [image, directory, skip] = ['image', 'node', 'skip'].map((name) => numberIn(query, name));
    const tree = trees[image ?? -1];
    const size = models[image ?? -1]?.paths.size ?? 0;
    if (tree === undefined || directory === undefined || skip === undefined) return undefined;
    if (directory < 0 || directory >= size || skip < 0) return undefined;
    return pageJson(tree.tree({ directory, skip, limit: LIMIT }));
  };
}
