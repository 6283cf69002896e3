/** The errors of this folder. */
import { AppError } from '../errors.ts';

/** The error for an invalid JSON document of an image. */
export function invalidDocument(document: string, path: string, problem: string): AppError {
  const where = path === '' ? '' : ` at ${path}`;
  return new AppError('OCI_DOCUMENT_INVALID', `invalid ${document}${where}: ${problem}`, {
    hint: 'a faulty tool wrote the image, or it is damaged; pull or build it again',
    details: { document, path },
  });
}
