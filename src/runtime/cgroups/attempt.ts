/** For optional work: nothing depends on it. @returns false when it threw */
export function attempt<T>(action: () => T): T | false {
  try {
    return action();
  } catch {
    return false;
  }
}
