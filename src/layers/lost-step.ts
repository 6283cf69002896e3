/**
 * Layers of steps that other machines made, and that cannot be had after all: whoever hears of it can run the steps
 * instead.
 */
import { AppError } from '../errors.ts';

/** The same failure, marked as being about the layer of a step. */
export function asLostStep(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, message, hint, expected, location, cause } = error;
  const details = { ...error.details, isLostStep: true };
  return new AppError(code, message, { hint, expected, location, cause, details });
}

export function isLostStep(error: unknown): boolean {
  return error instanceof AppError && error.details?.isLostStep === true;
}
