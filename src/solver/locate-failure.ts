import { type AppError, locate } from '../errors.ts';
import type { VertexInfo } from '../graph/index.ts';

/** Places an error at the word it names in its details, or at the whole instruction. */
export function locatedIn(info: VertexInfo, error: AppError): AppError {
  const source = error.details?.source;
  const word = typeof source === 'string' ? info.words?.get(source) : undefined;
  const location = word ?? info.location;
  return location === undefined ? error : locate(error, location);
}
