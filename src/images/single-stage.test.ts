import { expect, it } from 'vitest';
import { runtimesMadeBy } from './single-stage.ts';

it('knows where jlink puts a runtime', () => {
  expect(
    [
      'RUN jlink --add-modules java.base --output /opt/java',
      'RUN apt-get install -y jdk && "$JAVA_HOME/bin/jlink" --strip-debug --output=/opt/java/ && ls /opt',
      "RUN /usr/lib/jvm/bin/jlink --output '/opt/small jre'",
      'RUN jlink --output "/jre"; jlink --output /second',
    ].map(runtimesMadeBy),
  ).toEqual([['/opt/java/'], ['/opt/java/'], ['/opt/small jre/'], ['/jre/', '/second/']]);
  expect(
    [
      'RUN echo jlink; make --output /opt/java',
      'RUN jlink --output $JRE',
      'RUN jlink --output "$JRE/small"',
      'RUN jlink --output relative',
      'RUN myjlink --output /x',
    ].flatMap(runtimesMadeBy),
  ).toEqual([]);
});
