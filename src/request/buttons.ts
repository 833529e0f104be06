/**
 * What the buttons of a card mean, and where. Guarantees: a token is of use only in the place that it was made for, and only for the
 * revision (or the attempt) whose card it was on. It says nothing about who may press it: that is the policy's part.
 */
import { accountKey } from '../people/person.js';
import type { Incoming } from '../command/model.js';
import type { ButtonPlace, StoredButton } from '../store/store.js';
import type { Context } from './context.js';
import type { AnnouncedPlace, Place, Request } from './request.js';

type Tokens = Pick<Context, 'newToken'>;

/** The places with tokens of their own for a vote. */
export function withVoteTokens({ newToken }: Tokens, places: readonly Place[]): AnnouncedPlace[] {
  return places.map((place) => ({ ...place, tokens: { approve: newToken(), deny: newToken() } }));
}

/** The places with tokens of their own for the decision about a call in doubt. */
export function withDoubtTokens({ newToken }: Tokens, places: readonly AnnouncedPlace[]): AnnouncedPlace[] {
  return places.map((place) => ({ ...place, doubtTokens: { sent: newToken(), again: newToken() } }));
}

export function voteButtons(request: Request): StoredButton[] {
  const { id: requestId, revision, commitment = '', expiresAt } = request;
  return request.places.flatMap((place) =>
    (['approve', 'deny'] as const).map((decision) => ({
      token: place.tokens[decision],
      meaning: { kind: 'vote' as const, requestId, revision, commitment, decision, place: buttonPlace(place) },
      expiresAt,
    })),
  );
}

export function doubtButtons(request: Request, expiresAt: number): StoredButton[] {
  const { id: requestId, attempts: attempt } = request;
  return request.places.flatMap((place) =>
    (['sent', 'again'] as const).flatMap((decision): StoredButton[] => {
      const token = place.doubtTokens?.[decision];
      if (token === undefined) return [];
      return [
        { token, meaning: { kind: 'resolve', requestId, attempt, decision, place: buttonPlace(place) }, expiresAt },
      ];
    }),
  );
}

function buttonPlace({ platform, tenant, conversation, person }: Place): ButtonPlace {
  return {
    platform,
    conversation,
    ...(tenant === undefined ? {} : { tenant }),
    ...(person === undefined ? {} : { person }),
  };
}

/**
 * Which field of the press is not what the button was made for; undefined where all are. A conversation with one person is known by the
 * person.
 */
export function misfit(
  place: ButtonPlace,
  { account, origin }: Pick<Incoming, 'account' | 'origin'>,
): string | undefined {
  if (origin.platform !== place.platform || account.platform !== place.platform) return 'platform';
  if (place.person !== undefined) {
    if (!origin.direct) return 'conversation';
    return accountKey(place.person).toLowerCase() === accountKey(account).toLowerCase() ? undefined : 'person';
  }
  if (origin.conversation !== place.conversation) return 'conversation';
  return place.tenant === undefined || place.tenant === origin.tenant ? undefined : 'tenant';
}
