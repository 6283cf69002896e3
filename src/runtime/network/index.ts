export { findNetworkTool, type NetworkTool, networkToolMissing } from './network-tool.ts';
export { PrivateNetwork } from './private-network.ts';
