import { expect, it } from 'vitest';
import { JAVA_OPTION } from './environment.ts';
import { withoutJavaNotice } from './java-notice.ts';

it.each([
  ['a line of its own goes', `a\nPicked up JAVA_TOOL_OPTIONS: ${JAVA_OPTION}\r\nb\n`, 'a\nb\n'],
  ['the last one too', `a\nPicked up JAVA_TOOL_OPTIONS: ${JAVA_OPTION}`, 'a\n'],
  [
    "options of the step's own stay",
    `Picked up JAVA_TOOL_OPTIONS: -Xmx1g ${JAVA_OPTION}\n`,
    'Picked up JAVA_TOOL_OPTIONS: -Xmx1g\n',
  ],
  [
    'nothing else changes',
    'Picked up JAVA_TOOL_OPTIONS: -Xmx1g\n',
    'Picked up JAVA_TOOL_OPTIONS: -Xmx1g\n',
  ],
])('%s', (_, before, after) => {
  expect(withoutJavaNotice(before)).toBe(after);
});
