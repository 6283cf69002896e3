/**
 * Layers of steps that other machines made, and that cannot be fetched after all: the build can run the steps
 * instead.
 */
import { AppError, withDetails } from '../errors.ts';

/** The same failure, marked as being about the layer of a step. */
export function asLostStep(error: unknown): unknown {
  return error instanceof AppError ? withDetails(error, { isLostStep: true }) : error;
}

export function isLostStep(error: unknown): boolean {
  return error instanceof AppError && error.details?.isLostStep === true;
}
