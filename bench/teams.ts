import type { Benchmark } from './benchmark.js';
export const teams: Benchmark = { name: 'teams', title: '', run: () => Promise.resolve([]) };
