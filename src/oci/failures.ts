/** The errors of this folder. */
import { AppError } from '../errors.ts';

/** A JSON document of an image is not what it should be. */
export function invalidDocument(document: string, path: string, problem: string): AppError {
  const where = path === '' ? '' : ` at ${path}`;
  return new AppError('OCI_DOCUMENT_INVALID', `invalid ${document}${where}: ${problem}`, {
    hint: 'the image was written by a faulty tool, or is damaged; pull or build it again',
    details: { document, path },
  });
}
