export { type Cost, estimateCost, type ImageSizes, type PullTime, pullTimes } from './estimate.ts';
export { type GivenRates, type Range, type Rates, ratesWith } from './rates.ts';
