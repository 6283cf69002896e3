import { describe, expect, it } from 'vitest';
import { type TestFiles, treeOf } from '../../test/support/image-tree.ts';
import { javaRuntimes, smallRuntime } from './java-runtime.ts';

const JDK: TestFiles = {
  'usr/lib/jvm/17/bin/jlink': '',
  'usr/lib/jvm/17/jmods/java.base.jmod': '',
  'usr/lib/jvm/17/jmods/java.sql.jmod': '',
  'usr/lib/jvm/17/jmods/jdk.compiler.jmod': '',
  'usr/lib/jvm/17/jmods/jdk.internal.vm.ci.jmod': '',
  'usr/lib/jvm/17/lib/modules': '',
};
const USED = new Set(['usr/lib/jvm/17/lib/modules', 'usr/bin/java']);

describe('a small Java runtime', () => {
  it('has all modules but those for developers', () => {
    expect(javaRuntimes(treeOf(JDK), USED)).toEqual([
      { directory: 'usr/lib/jvm/17', modules: ['java.base', 'java.sql'] },
    ]);
  });

  it('takes the place of the JDK, with its settings and certificates', () => {
    const command = smallRuntime({ directory: 'opt/jdk', modules: ['java.base', 'java.sql'] });
    expect(command.split(' \\\n')).toEqual([
      '/opt/jdk/bin/jlink --no-header-files --no-man-pages --compress=2 --output /opt/jdk.runtime',
      '    --add-modules java.base,java.sql',
      ' && rm -rf /opt/jdk.runtime/conf && cp -a /opt/jdk/conf /opt/jdk.runtime/conf',
      ' && rm -rf /opt/jdk.runtime/lib/security && cp -a /opt/jdk/lib/security /opt/jdk.runtime/lib/security',
      ' && rm -rf /opt/jdk && mv /opt/jdk.runtime /opt/jdk',
    ]);
  });

  it('is made only by a JDK that the program uses, with modules to link', () => {
    const { 'usr/lib/jvm/17/bin/jlink': _, ...runtime } = JDK;
    expect(javaRuntimes(treeOf(runtime), USED)).toEqual([]);
    expect(javaRuntimes(treeOf(JDK), new Set(['usr/bin/java']))).toEqual([]);
    const odd = Object.entries(JDK).map(([path, text]) => [path.replace('17', '1;7'), text]);
    const used = new Set(['usr/lib/jvm/1;7/lib/modules']);
    expect(javaRuntimes(treeOf(Object.fromEntries(odd)), used)).toEqual([]);
  });
});
