/**
 * The services that a client offers to the daemon.
 * https://github.com/moby/buildkit/tree/v0.32.2/session
 */
import { bytes, int, Message, nested, Timestamp, text, textMap } from '../../grpc/index.ts';
import { BytesMessage } from './control.ts';
import { Stat } from './ops.ts';

export const PACKET = { stat: 0, request: 1, data: 2, end: 3, error: 4 } as const;

/** https://github.com/tonistiigi/fsutil/blob/master/types/wire.proto */
export const Packet = new Message({
  type: int(1),
  stat: nested(2, Stat),
  id: int(3),
  data: bytes(4),
});

const Empty = new Message({});

export const fileSync = {
  path: '/moby.filesync.v1.FileSync/DiffCopy',
  request: Packet,
  response: Packet,
};
export const fileSend = {
  path: '/moby.filesync.v1.FileSend/DiffCopy',
  request: BytesMessage,
  response: BytesMessage,
};
export const getSecret = {
  path: '/moby.buildkit.secrets.v1.Secrets/GetSecret',
  request: new Message({ id: text(1), annotations: textMap(2) }),
  response: new Message({ data: bytes(1) }),
};
export const checkAgent = {
  path: '/moby.sshforward.v1.SSH/CheckAgent',
  request: new Message({ id: text(1) }),
  response: Empty,
};
export const forwardAgent = {
  path: '/moby.sshforward.v1.SSH/ForwardAgent',
  request: BytesMessage,
  response: BytesMessage,
};
export const credentials = {
  path: '/moby.filesync.v1.Auth/Credentials',
  request: new Message({ host: text(1) }),
  response: new Message({ username: text(1), secret: text(2) }),
};
export const health = {
  path: '/grpc.health.v1.Health/Check',
  request: new Message({ service: text(1) }),
  response: new Message({ status: int(1) }),
};

const content = (method: string) => `/containerd.services.content.v1.Content/${method}`;
const ContentInfo = new Message({
  digest: text(1),
  size: int(2),
  createdAt: nested(3, Timestamp),
  updatedAt: nested(4, Timestamp),
  labels: textMap(5),
});
const ContentStatus = new Message({
  startedAt: nested(1, Timestamp),
  updatedAt: nested(2, Timestamp),
  ref: text(3),
  offset: int(4),
  total: int(5),
  expected: text(6),
});

export const contentInfo = {
  path: content('Info'),
  request: new Message({ digest: text(1) }),
  response: new Message({ info: nested(1, ContentInfo) }),
};
export const contentUpdate = {
  path: content('Update'),
  request: new Message({ info: nested(1, ContentInfo) }),
  response: new Message({ info: nested(1, ContentInfo) }),
};
export const contentRead = {
  path: content('Read'),
  request: new Message({ digest: text(1), offset: int(2), size: int(3) }),
  response: new Message({ offset: int(1), data: bytes(2) }),
};
export const contentStatus = {
  path: content('Status'),
  request: new Message({ ref: text(1) }),
  response: new Message({ status: nested(1, ContentStatus) }),
};
export const contentAbort = {
  path: content('Abort'),
  request: new Message({ ref: text(1) }),
  response: Empty,
};
export const WRITE = { stat: 0, write: 1, commit: 2 } as const;
export const contentWrite = {
  path: content('Write'),
  request: new Message({
    action: int(1),
    ref: text(2),
    total: int(3),
    expected: text(4),
    offset: int(5),
    data: bytes(6),
    labels: textMap(7),
  }),
  response: new Message({
    action: int(1),
    startedAt: nested(2, Timestamp),
    updatedAt: nested(3, Timestamp),
    offset: int(4),
    total: int(5),
    digest: text(6),
  }),
};
