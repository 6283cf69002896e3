/**
 * The API of the daemon.
 * https://github.com/moby/buildkit/blob/v0.32.2/api/services/control/control.proto
 */
import {
  byteStrings,
  bytes,
  flag,
  int,
  list,
  Message,
  nested,
  Timestamp,
  text,
  textMap,
  texts,
} from '../../grpc/index.ts';
import { Definition, Range, SourceInfo } from './ops.ts';

const CacheEntry = new Message({ type: text(1), attrs: textMap(2) });
const Exporter = new Message({ type: text(1), attrs: textMap(2) });

const SolveRequest = new Message({
  ref: text(1),
  definition: nested(2, Definition),
  /** What daemons before 0.13 read instead of `exporters`. */
  exporter: text(3),
  exporterAttrs: textMap(4),
  session: text(5),
  frontend: text(6),
  frontendAttrs: textMap(7),
  cache: nested(8, new Message({ exports: list(4, CacheEntry), imports: list(5, CacheEntry) })),
  entitlements: texts(9),
  internal: flag(11),
  exporters: list(13, Exporter),
});
const SolveResponse = new Message({ exporterResponse: textMap(1) });

const Vertex = new Message({
  digest: text(1),
  inputs: texts(2),
  name: text(3),
  cached: flag(4),
  started: nested(5, Timestamp),
  completed: nested(6, Timestamp),
  error: text(7),
});
const VertexStatus = new Message({
  id: text(1),
  vertex: text(2),
  name: text(3),
  current: int(4),
  total: int(5),
  timestamp: nested(6, Timestamp),
  started: nested(7, Timestamp),
  completed: nested(8, Timestamp),
});
const VertexLog = new Message({
  vertex: text(1),
  timestamp: nested(2, Timestamp),
  stream: int(3),
  message: bytes(4),
});
const VertexWarning = new Message({
  vertex: text(1),
  level: int(2),
  short: bytes(3),
  detail: byteStrings(4),
  url: text(5),
  info: nested(6, SourceInfo),
  ranges: list(7, Range),
});
export const StatusResponse = new Message({
  vertexes: list(1, Vertex),
  statuses: list(2, VertexStatus),
  logs: list(3, VertexLog),
  warnings: list(4, VertexWarning),
});

export const BytesMessage = new Message({ data: bytes(1) });

const Version = new Message({ package: text(1), version: text(2), revision: text(3) });
const Worker = new Message({
  id: text(1),
  labels: textMap(2),
  platforms: list(3, new Message({ architecture: text(1), os: text(2), variant: text(3) })),
  version: nested(5, Version),
});

const control = (method: string) => `/moby.buildkit.v1.Control/${method}`;

export const solve = {
  path: control('Solve'),
  request: SolveRequest,
  response: SolveResponse,
};
export const status = {
  path: control('Status'),
  request: new Message({ ref: text(1) }),
  response: StatusResponse,
};
export const session = {
  path: control('Session'),
  request: BytesMessage,
  response: BytesMessage,
};
export const listWorkers = {
  path: control('ListWorkers'),
  request: new Message({ filter: texts(1) }),
  response: new Message({ workers: list(1, Worker) }),
};
export const info = {
  path: control('Info'),
  request: new Message({}),
  response: new Message({ version: nested(1, Version) }),
};
