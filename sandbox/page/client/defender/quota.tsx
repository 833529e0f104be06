import { Fragment, type ReactNode } from 'react';
import type { QuotaState } from '../../model.js';

/** Calls that Defender still takes, of each operation in each of its windows. */
export function Quota({ quota }: { readonly quota: readonly QuotaState[] }): ReactNode {
  return (
    <section aria-labelledby="quota">
      <h3 id="quota">Calls left</h3>
      <div className="quota">
        <span />
        {quota[0]?.windows.map(({ ms, limit }) => (
          <span className="window" key={ms}>
            of {limit.toLocaleString()} a {nameOf(ms)}
          </span>
        ))}
        {quota.map(({ operation, windows: each }) => (
          <Fragment key={operation}>
            <span className="operation">{operation}</span>
            {each.map(({ limit, ms, left }) => (
              <span className="left" key={ms}>
                <meter
                  min={0}
                  max={limit}
                  low={limit * 0.2}
                  optimum={limit}
                  value={left}
                  aria-label={`${operation}: calls left of ${limit} a ${nameOf(ms)}`}
                />
                {left.toLocaleString()}
              </span>
            ))}
          </Fragment>
        ))}
      </div>
    </section>
  );
}

function nameOf(ms: number): string {
  if (ms === 60_000) return 'minute';
  return ms === 3_600_000 ? 'hour' : `${ms / 1_000} s`;
}
