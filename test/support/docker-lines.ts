/** Everyday command lines of Docker users, by purpose. The test runs each; docs/docker.md lists the results. */

export interface DockerLine {
  /** A bash command line; `registry.example.com` is the test's registry. */
  readonly line: string;
  /** Must match standard output. */
  readonly prints?: RegExp;
  /** Default 0. */
  readonly status?: number;
}

export interface DockerTopic {
  readonly title: string;
  readonly lines: readonly DockerLine[];
}

const ID = /^sha256:[0-9a-f]{64}\n$/;

export const dockerTopics: readonly DockerTopic[] = [
  {
    title: 'Build',
    lines: [
      { line: 'docker build -t app .' },
      { line: 'docker build -t app:1.0 -t app:latest -f Dockerfile .' },
      { line: 'docker build -q .', prints: ID },
      { line: 'docker build --target build -t app:build .' },
      { line: 'docker build --build-arg VERSION=2 --label team=core -t app:2.0 .' },
      { line: 'docker build --no-cache --pull=false --progress=plain .' },
      { line: 'docker build --iidfile id.txt . && cat id.txt', prints: /^sha256:/ },
      { line: 'docker build -t piped - < Dockerfile.plain' },
      { line: 'echo "FROM app" | docker build -t again -' },
      { line: 'tar -c . | docker build -t from-tar -' },
      { line: 'DOCKER_BUILDKIT=1 docker build --secret id=token,src=token.txt .' },
      { line: 'docker build --check .' },
      { line: 'docker buildx build --load -t app . --metadata-file meta.json' },
      { line: 'docker buildx build -o out . && ls out', prints: /^hello$/m },
      {
        line: 'docker buildx build -o type=tar,dest=out.tar . && tar -tf out.tar',
        prints: /hello/,
      },
      { line: 'docker buildx build -o type=oci,dest=app.oci.tar -t app .' },
      {
        line: "printf 'FROM scratch\\nCOPY --from=app /hello /\\n' | docker build -o files - && cat files/hello",
        prints: /^hello\n$/,
      },
      { line: "printf 'FROM app\\nRUN echo changed > /x\\n' | docker build -t app:changed -" },
      { line: 'docker image build -t app .' },
      { line: 'docker builder build -t app .' },
    ],
  },
  {
    title: 'Run',
    lines: [
      { line: 'docker run --rm app', prints: /^hello\n$/ },
      { line: 'echo hostname | docker debug app' },
      { line: "docker run --rm -e WHO=me app sh -c 'echo $WHO'", prints: /^me\n$/ },
      { line: 'docker run --rm -v "$PWD:/work" -w /work app cat token.txt', prints: /secret/ },
      { line: 'docker run --rm -u 1000:1000 app id -u', prints: /^1000\n$/ },
      { line: 'docker run --rm --entrypoint cat app /hello', prints: /hello/ },
      { line: 'docker run --rm --network none --read-only app true' },
      { line: 'echo hi | docker run -i --rm app cat', prints: /^hi\n$/ },
      { line: 'docker run --rm --memory 256m --cpus 1 --pids-limit 100 app true' },
      {
        line: 'docker run --rm --mount type=bind,src="$PWD",dst=/work,ro app ls /work',
        prints: /token/,
      },
      { line: 'docker run --rm --tmpfs /scratch --init --cap-drop ALL app true' },
      { line: 'docker run --rm --log-driver none --stop-timeout 5 app true' },
      { line: 'docker run --rm --sysctl net.core.somaxconn=1024 app true', status: 125 },
      { line: 'docker run -d --name web app', status: 125 },
      { line: 'docker run --rm -p 127.0.0.1:8080:80 app true', status: 125 },
      { line: 'docker container run --rm app true' },
      { line: 'docker run --rm app sh -c "exit 3"', status: 3 },
      { line: 'docker run --rm app no-such-program', status: 127 },
      { line: 'docker ps -a', status: 125 },
      { line: 'docker exec -it web sh', status: 125 },
      { line: 'docker logs -f web', status: 125 },
      { line: 'docker stop web', status: 125 },
      { line: 'docker rm -f web', status: 125 },
      { line: 'docker create app', status: 125 },
      { line: 'docker cp web:/etc/hosts .', status: 125 },
      { line: 'docker commit web app:changed', status: 125 },
      { line: 'docker diff web', status: 125 },
      { line: 'docker volume create data', status: 125 },
      { line: 'docker network create net', status: 125 },
      { line: 'docker compose up', status: 125 },
      { line: 'docker compose build' },
      { line: 'docker compose -f compose.yaml build --no-cache web' },
    ],
  },
  {
    title: 'Look at images',
    lines: [
      { line: 'docker images', prints: /^app\s+latest\s/m },
      { line: 'docker sbom app', prints: /^NAME +VERSION +TYPE/ },
      { line: 'docker image ls -q', prints: /^[0-9a-f]{12}$/m },
      { line: 'docker images --format "{{.Repository}}:{{.Tag}}"', prints: /^app:latest$/m },
      { line: 'docker images --filter dangling=true -q' },
      { line: 'docker images --filter reference="app:*"', prints: /^app\s/m },
      { line: 'docker images --filter since=base', prints: /^app\s/m },
      { line: 'docker images --filter before=app:2.0', prints: /^base\s/m },
      { line: 'docker history --no-trunc app', prints: /COPY/ },
      { line: 'docker inspect app', prints: /"RepoTags"/ },
      { line: "docker inspect -f '{{json .Config.Cmd}}' app", prints: /^\["cat","\/hello"\]\n$/ },
      { line: "docker image inspect --format '{{.Architecture}}' app" },
      { line: 'docker tag app app:stable' },
      { line: 'docker rmi app:stable' },
      { line: 'docker rmi -f no-such-image' },
      { line: 'docker rmi no-such-image', status: 1 },
    ],
  },
  {
    title: 'Move images',
    lines: [
      { line: 'docker save app -o app.tar' },
      { line: 'docker save app | gzip > app.tar.gz' },
      { line: 'docker load -i app.tar', prints: /^Loaded image: app:latest$/m },
      { line: 'docker load < app.tar.gz', prints: /^Loaded image: app:latest$/m },
      { line: 'docker export app > root.tar' },
      { line: 'docker import -c "CMD [\\"cat\\",\\"/hello\\"]" root.tar flat:1', prints: ID },
      { line: 'docker run --rm flat:1', prints: /^hello\n$/ },
      { line: 'docker tag app registry.example.com/app:1' },
      { line: 'docker push registry.example.com/app:1', prints: /digest: sha256:/ },
      { line: 'docker pull -q registry.example.com/app:1' },
      { line: 'docker buildx build --push -t registry.example.com/app:2 .' },
      { line: 'docker manifest inspect registry.example.com/app:1', prints: /"layers"/ },
      { line: 'docker buildx imagetools inspect registry.example.com/app:1', prints: /^Digest:/m },
      {
        line: 'docker buildx imagetools create -t registry.example.com/app:3 registry.example.com/app:1 registry.example.com/app:2',
        prints: /^Digest: sha256:/m,
      },
      {
        line: 'docker manifest create registry.example.com/app:4 registry.example.com/app:1',
        prints: /^Created manifest list /m,
      },
      {
        line: 'docker manifest annotate registry.example.com/app:4 registry.example.com/app:1 --arch amd64',
      },
      { line: 'docker manifest push -p registry.example.com/app:4', prints: /^sha256:/m },
      { line: 'echo pass | docker login -u me --password-stdin registry.example.com' },
      { line: 'docker logout registry.example.com' },
      { line: 'docker search nginx', status: 125 },
    ],
  },
  {
    title: 'Builders and the daemon',
    lines: [
      { line: 'docker buildx ls', prints: /linux\/amd64|linux\/arm64/ },
      { line: 'docker buildx create --name ci --use --driver docker-container', prints: /^ci\n$/ },
      { line: 'docker buildx use ci' },
      { line: 'docker buildx inspect --bootstrap', prints: /^Platforms:/m },
      { line: 'docker buildx rm ci' },
      { line: 'docker buildx version' },
      { line: 'docker buildx --builder ci version' },
      { line: 'docker buildx bake' },
      { line: 'docker buildx bake --print web', prints: /"context": "\."/ },
      { line: "docker buildx bake --set '*.args.VERSION=3' web" },
      { line: 'docker version' },
      { line: "docker version --format '{{.Server.Version}}'", prints: /^\d+\.\d+\.\d+\n$/ },
      { line: 'docker info > /dev/null' },
      { line: "docker info --format '{{.OSType}}/{{.NCPU}}'", prints: /^linux\/\d+\n$/ },
      { line: 'docker context use default', status: 125 },
    ],
  },
  {
    title: 'Clean up',
    lines: [
      { line: 'docker system df', prints: /^Build Cache\s/m },
      { line: 'docker system df -v', prints: /^Build cache usage:/m },
      { line: 'docker buildx du' },
      { line: 'docker container prune -f' },
      { line: 'docker volume prune -f' },
      { line: 'docker image prune -f' },
      { line: 'docker image prune -af --filter until=24h' },
      { line: 'docker builder prune -f --filter until=24h' },
      { line: 'docker builder prune -f --keep-storage 10GB' },
      { line: 'docker buildx prune -af' },
      { line: 'docker system prune -af --volumes' },
    ],
  },
  {
    title: 'Other commands of Docker',
    lines: [
      { line: 'docker scout cves app', status: 125 },
      { line: 'docker init', status: 1 },
      { line: 'docker trust sign app', status: 125 },
      { line: 'docker events', status: 125 },
    ],
  },
];
