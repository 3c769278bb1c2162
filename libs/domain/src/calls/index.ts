export { type CallReport, type CallSummary, emptySummary, readCallReport } from './call-summary.js';
export { addLatency, addSketch, type LatencySketch, quantileMs } from './latency-sketch.js';
export { type CallEdge, CallGraph, type CallGraphView } from './call-graph.js';
