/** The errors of this folder. */
import { AppError } from '../errors.ts';

/** A JSON document of an image is not what it should be. */
export function invalidDocument(document: string, path: string, problem: string): AppError {
  const where = path === '' ? '' : ` at ${path}`;
  return new AppError('OCI_DOCUMENT_INVALID', `invalid ${document}${where}: ${problem}`, {
    hint: 'a faulty tool wrote the image, or it is damaged; pull or build it again',
    details: { document, path },
  });
}
