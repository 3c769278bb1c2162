/** The transport id: `@EventPattern('orders.*', JETSTREAM)` is for this transport only, in an app with several. */
export const JETSTREAM = Symbol.for('rollcall:jetstream');
