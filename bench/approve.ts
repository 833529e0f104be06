import type { Benchmark } from './benchmark.js';
export const approve: Benchmark = { name: 'approve', title: '', run: () => Promise.resolve([]) };
