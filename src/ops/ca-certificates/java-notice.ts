/** Java prints its options on standard error, and package managers keep that in their logs. */
import { JAVA_OPTION } from './environment.ts';

const NOTICE = 'Picked up JAVA_TOOL_OPTIONS: ';

/** @returns the text without Java's notice of our option */
export function withoutJavaNotice(text: string): string {
  if (!text.includes(JAVA_OPTION)) return text;
  const ours = new RegExp(`${NOTICE}${escaped(JAVA_OPTION)}\\r?\\n?`, 'g');
  return text.replace(ours, '').replaceAll(` ${JAVA_OPTION}`, '');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
