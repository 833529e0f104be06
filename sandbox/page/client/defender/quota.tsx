import { Fragment, type ReactNode } from 'react';
import type { QuotaState } from '../../model.js';

const windows: Readonly<Record<number, string>> = { 60_000: 'minute', 3_600_000: 'hour' };

/** Calls that Defender still takes, of each operation in each of its windows. */
export function Quota({ quota }: { readonly quota: readonly QuotaState[] }): ReactNode {
  return (
    <section aria-labelledby="quota">
      <h3 id="quota">Calls left</h3>
      <div className="quota">
        <span />
        {quota[0]?.windows.map(({ ms }) => (
          <span className="window" key={ms}>
            this {windows[ms] ?? `${ms / 1_000} s`}
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
                  aria-label={`${operation}: calls left this ${windows[ms] ?? `${ms / 1_000} s`}`}
                />
                <span>
                  {left.toLocaleString()}
                  <small> / {limit.toLocaleString()}</small>
                </span>
              </span>
            ))}
          </Fragment>
        ))}
      </div>
    </section>
  );
}
