/** The HTTP front door: Nest controllers on Fastify. See README.md. */
export { HttpAdapter, type HttpOptions } from './http-adapter.js';
export { HttpModule } from './http.module.js';
export type { MetricsSource } from './http-parts.js';
export { HTTP_PARTS, type HttpParts, type ReadinessSource } from './http-parts.js';
export { PROBLEM_TYPE, type Problem, problemOf } from './problem/problem.js';
export { httpStatus } from './problem/status.js';
