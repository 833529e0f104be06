import { cardOf } from '../../src/view/card.js';
import type { Card } from '../../src/view/model.js';
import { place, request, vote } from '../store/examples.js';

/** Cards that say whose approval is missing, drawn from Requests as the core does; times are fixed. */

const createdAt = Date.UTC(2026, 10, 23, 9, 30);

export const progressCards: Readonly<Record<string, Card>> = {
  'waiting for two teams': cardOf(
    request({
      createdAt,
      expiresAt: createdAt + 3_600_000,
      approvers: ['soc', 'soc-leads'],
      votes: [vote('UBOB', { at: createdAt + 60_000 })],
      progress: '1 of 2: needs one more from soc-leads',
    }),
    'https://security.microsoft.com',
    place,
  ),
};
