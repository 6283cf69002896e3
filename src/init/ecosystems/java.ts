/** Java with Maven or Gradle. */
import { has, type ProjectFiles, search } from '../project-files.ts';
import { ADD_USER, aptInstall, bashHealthcheck, DEBIAN, exec, type Recipe } from '../recipe.ts';

const MAIN =
  /^\s*package\s+([\w.]+)\s*;[\s\S]*?\b(?:public\s+)?(?:final\s+)?class\s+(\w+)[\s\S]*?\bstatic\s+void\s+main\s*\(/;
const GRADLE = ['build.gradle', 'build.gradle.kts'];
const SERVERS =
  /spring-boot-starter-web|quarkus-|micronaut|io\.javalin|jetty-server|undertow|vertx-web|helidon|ktor-server/;

export function javaRecipe(files: ProjectFiles): Recipe | undefined {
  const isMaven = has(files, 'pom.xml');
  if (!isMaven && !has(files, ...GRADLE)) return undefined;
  const manifests = isMaven ? ['pom.xml'] : GRADLE;
  const sources = files.paths.filter((path) => /^(?:\w+\/)?src\/main\/.*\.(?:java|kt)$/.test(path));
  const main = search(files, sources, MAIN);
  const isRunnable =
    search(files, manifests, /spring-boot|shadow|maven-shade-plugin/) !== undefined;
  const isServer =
    search(files, manifests, SERVERS) !== undefined ||
    search(files, sources, /HttpServer\.create\(|new ServerSocket\(/) !== undefined;
  const port = isServer ? 8080 : undefined;
  const [, className = 'Main'] = main?.groups ?? [];
  const entry = main === undefined ? className : `${main.groups[0]}.${className}`;
  const command = isRunnable
    ? ['java', '-jar', '/app/app.jar']
    : ['java', '-cp', '/app/app.jar:/app/lib/*', entry];
  const tool = isMaven ? maven(isRunnable) : gradle(files, isRunnable);
  return {
    label: `Java, ${isMaven ? 'Maven' : 'Gradle'}, ${isServer ? 'server' : 'program'}`,
    port,
    ignored: ['target', 'build', '.gradle', 'out'],
    notes:
      main === undefined && !isRunnable
        ? ['no class with a main method was found: set ENTRYPOINT']
        : [],
    bases: [DEBIAN],
    stages: ({ path, stage }) => [
      `FROM ${DEBIAN} AS ${stage('build')}`,
      aptInstall('ca-certificates', 'openjdk-21-jdk-headless', ...tool.packages),
      'WORKDIR /src',
      ...tool.build(path),
      `FROM ${DEBIAN} AS ${stage('app')}`,
      aptInstall('openjdk-21-jre-headless'),
      ADD_USER,
      `COPY --from=${stage('build')} /out /app`,
      'USER app',
      ...(port === undefined ? [] : [`EXPOSE ${port}`, bashHealthcheck(port)]),
      `ENTRYPOINT ${exec(...command)}`,
    ],
  };
}

interface BuildTool {
  readonly packages: readonly string[];
  build(path: (file: string) => string): readonly string[];
}

/** The jar of the project itself, not that of its sources or of a step before. */
const OWN_JAR = `! -name '*-sources.jar' ! -name '*-javadoc.jar' ! -name '*-plain.jar' ! -name 'original-*'`;

function maven(isRunnable: boolean): BuildTool {
  const mount = '--mount=type=cache,target=/root/.m2';
  const libraries = isRunnable
    ? ''
    : ' dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/out/lib';
  return {
    packages: ['maven'],
    build: (path) => [
      `COPY ${path('.')} ./`,
      `RUN ${mount} \\\n    mvn --batch-mode -DskipTests package${libraries} \\\n    && mkdir -p /out && find target -maxdepth 1 -name '*.jar' ${OWN_JAR} -exec cp {} /out/app.jar ';'`,
    ],
  };
}

function gradle(files: ProjectFiles, isRunnable: boolean): BuildTool {
  const mount = '--mount=type=cache,target=/root/.gradle';
  const hasWrapper = has(files, 'gradlew');
  const isSpring = search(files, GRADLE, /spring-boot|springframework\.boot/) !== undefined;
  const task = isSpring ? 'bootJar' : isRunnable ? 'shadowJar' : 'installDist';
  const collect = isRunnable
    ? `find . -path '*/build/libs/*.jar' ${OWN_JAR} -exec cp {} /out/app.jar ';'`
    : `cp -r $(find . -path '*/build/install/*/lib' -type d | head -n 1) /out/lib && touch /out/app.jar`;
  return {
    packages: hasWrapper ? [] : ['gradle'],
    build: (path) => [
      `COPY ${path('.')} ./`,
      `RUN ${mount} \\\n    ${hasWrapper ? 'sh gradlew' : 'gradle'} --no-daemon ${task} && mkdir -p /out && ${collect}`,
    ],
  };
}
