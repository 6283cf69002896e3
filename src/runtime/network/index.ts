export { findNetworkTool, type NetworkTool } from './network-tool.ts';
export { PrivateNetwork } from './private-network.ts';
