import type { TokenCredential } from '@azure/identity';
import type { Defender } from '../defender/defender.js';
import type { Answered } from '../defender/transport.js';
import type { Core, Platform } from '../platform.js';
import type { StoreWork } from '../store/session.js';
import type { Tick } from '../work/loop.js';
import type { Committed } from './changes.js';
import { createInstruments } from './metrics/instruments.js';
import * as measure from './metrics/measure.js';
import { createScrape, type ScrapeOptions } from './metrics/scrape.js';

/** `GET /metrics`, in Prometheus' text format. */
export interface MetricsPage {
  readonly contentType: string;
  /** Never rejects. */
  render(): Promise<string>;
}

/** What is counted, by what it is wrapped around or told by. The parts of Cordon that are measured do not know of it. */
export interface Metrics {
  defender(defender: Defender): Defender;
  platform(platform: Platform): Platform;
  core(core: Core): Core;
  credential<C extends TokenCredential>(audience: measure.Audience, credential: C): C;
  /** `methodOf` gives the name of the API's method that a URL stands for, of a known set. */
  fetch(
    platform: Platform['name'],
    methodOf: (url: string, method: string) => string,
    fetch: typeof globalThis.fetch,
  ): typeof globalThis.fetch;
  /** To Microsoft Graph. */
  graph(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
  readonly changed: (committed: Committed) => void;
  readonly answered: (answered: Answered) => void;
  readonly stored: (work: StoreWork) => void;
  readonly ticked: (tick: Tick) => void;
  /** The policy file was changed. */
  reloaded(result: 'taken' | 'rejected'): void;
  page(options: ScrapeOptions): MetricsPage;
}

export function createMetrics(): Metrics {
  const instruments = createInstruments();
  measure.beginAtZero(instruments);
  return {
    defender: (defender) => measure.measureDefender(instruments, defender),
    platform: (platform) => measure.measurePlatform(instruments, platform),
    core: (core) => measure.measureCore(instruments, core),
    credential: (audience, credential) => measure.measureCredential(instruments, audience, credential),
    fetch: (platform, methodOf, fetch) => measure.measureFetch(instruments, platform, methodOf, fetch),
    graph: (fetch) => measure.measureGraph(instruments, fetch),
    changed: measure.measureChanges(instruments),
    answered: measure.measureAnswers(instruments),
    stored: measure.measureStoreWork(instruments),
    ticked: measure.measureTicks(instruments),
    reloaded(result) {
      instruments.process.policyReloads.inc({ result });
    },
    page(options) {
      const { registry } = instruments;
      const scrape = createScrape(instruments, options);
      return {
        contentType: registry.contentType,
        async render() {
          await scrape();
          return registry.metrics();
        },
      };
    },
  };
}
