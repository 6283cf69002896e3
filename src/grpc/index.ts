export { type Call, type CallOptions, GrpcClient, type Metadata, type Method } from './client.ts';
export * from './message.ts';
export { framed } from './message-stream.ts';
export { answering, GrpcServer, type Handler, type ServerCall, streaming } from './server.ts';
export { type Detail, GRPC, GrpcError } from './status.ts';
