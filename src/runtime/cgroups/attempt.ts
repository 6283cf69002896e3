import { readFileSync } from 'node:fs';

/** For optional work: nothing depends on it. @returns false when it threw */
export function attempt<T>(action: () => T): T | false {
  try {
    return action();
  } catch {
    return false;
  }
}

/** @returns undefined if the file cannot be read */
export function readText(path: string): string | undefined {
  const text = attempt(() => readFileSync(path, 'utf8'));
  return text === false ? undefined : text;
}
