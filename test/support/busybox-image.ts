/** The small base image of the tests, built by lamina: Debian's busybox and a few users. */
import { readFileSync } from 'node:fs';
import { busybox, type Workbench } from './cli.ts';

const PASSWD = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
app:x:1001:0:app:/home/app:/bin/sh
`;
const GROUP = `root:x:0:
staff:x:50:app
nogroup:x:65534:
`;

/** Builds `busybox:latest` into the bench's store. */
export async function makeBusyboxImage(bench: Workbench): Promise<void> {
  const directory = bench.project(
    {
      Dockerfile: [
        'FROM scratch',
        'COPY --chmod=755 busybox /bin/busybox',
        'COPY passwd group /etc/',
        'RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/root", "/usr/bin", "/usr/sbin", "/sbin"]',
        'RUN ["/bin/busybox", "--install", "-s"]',
        'RUN chmod 1777 /tmp',
        'CMD ["sh"]',
      ].join('\n'),
      busybox: readFileSync(busybox()),
      passwd: PASSWD,
      group: GROUP,
    },
    'busybox-image',
  );
  await bench.succeed(['build', '-t', 'busybox', '--progress=plain', directory]);
}
