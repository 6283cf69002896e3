/** Loaded into lamina by NODE_OPTIONS: a clock that is wrong by LAMINA_CLOCK_DAYS. */
const shift = Number(process.env.LAMINA_CLOCK_DAYS ?? 0) * 86_400_000;
const now = Date.now.bind(Date);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now() + shift);
    else super(...args);
  }

  static now() {
    return now() + shift;
  }
};
