import type { BaseLogger } from 'pino';
import type { Committed } from './changes.js';

/**
 * One log line for each event of the record that a change has written, so that the log can be followed from what a platform sent to what
 * became of it, and from there to the record. Ids and names of states; nothing that people wrote, nobody's name.
 */
export function createJournal(logger: Pick<BaseLogger, 'info'>): (committed: Committed) => void {
  return ({ effects }) => {
    for (const { what, actor, requestId, from, to } of effects.audit) {
      logger.info(
        {
          ...(effects.settles === undefined ? {} : { event: effects.settles }),
          ...(requestId === undefined ? {} : { request: requestId }),
          what,
          by: actor.kind,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
        },
        'recorded',
      );
    }
  };
}
