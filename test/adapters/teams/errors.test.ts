import assert from 'node:assert/strict';
import { connectorError, unreachable } from '../../../adapters/teams/errors.js';

const now = Date.UTC(2026, 10, 24);

function refusal(status: number, code: string, retryAfter: string | null = null) {
  return connectorError(
    { status, retryAfter, body: JSON.stringify({ error: { code, message: 'said' } }) },
    'what',
    now,
  );
}

describe('A refusal of the connector', () => {
  const known: [number, string, string, string, RegExp][] = [
    [403, 'BotNotInConversationRoster', 'not invited', 'teams_bot_not_in_conversation_roster', /add the Cordon app/],
    [403, 'ConversationBlockedByUser', 'refused', 'teams_conversation_blocked_by_user', /blocked Cordon/],
    [403, 'BotDisabledByAdmin', 'refused', 'teams_bot_disabled_by_admin', /admin has disabled/],
    [404, 'ActivityNotFoundInConversation', 'gone', 'teams_activity_not_found_in_conversation', /404/],
    [404, 'ConversationNotFound', 'gone', 'teams_conversation_not_found', /404/],
    [404, 'MemberNotFoundInConversation', 'gone', 'teams_member_not_found_in_conversation', /does not list/],
    [413, 'MessageSizeTooBig', 'refused', 'teams_message_size_too_big', /too large/],
    [400, 'BadSyntax', 'refused', 'teams_bad_syntax', /400 “BadSyntax”/],
    [412, 'PreconditionFailed', 'later', 'teams_precondition_failed', /412/],
    [502, 'BadGateway', 'later', 'teams_bad_gateway', /502/],
    [401, 'Unauthorized', 'credentials', 'teams_unauthorized', /MicrosoftAppPassword/],
  ];
  for (const [status, code, kind, stable, words] of known) {
    it(`${status} ${code} is “${kind}”`, () => {
      const error = refusal(status, code);
      assert.equal(error.kind, kind);
      assert.equal(error.code, stable);
      assert.match(error.userText ?? '', words);
    });
  }

  it('says how long to wait where Teams says so, in seconds or as a date, and nothing where it does not', () => {
    assert.equal(refusal(429, 'TooMany', '30').retryAfterMs, 30_000);
    assert.equal(refusal(429, 'TooMany', new Date(now + 9_000).toUTCString()).retryAfterMs, 9_000);
    assert.equal(refusal(429, 'TooMany').retryAfterMs, undefined);
    assert.equal(refusal(429, 'TooMany').code, 'teams_rate_limited');
  });

  it('is told by its status where a proxy answered with a page, or the code is none', () => {
    for (const body of ['<html>Bad gateway</html>', '', '[]', '{"error":{"code":"a <b> c"}}']) {
      const error = connectorError({ status: 503, retryAfter: null, body }, 'what', now);
      assert.deepEqual([error.kind, error.code], ['later', 'teams_http_503']);
      assert.doesNotMatch(error.userText ?? '', /</);
    }
  });
});

describe('A 404 without a code of the Bot Framework', () => {
  it('says nothing about the conversation or the person: nobody counts as gone because of a proxy', () => {
    assert.equal(connectorError({ status: 404, retryAfter: null, body: '<html>' }, 'what', now).kind, 'later');
  });
});

describe('No answer of the connector', () => {
  it('is tried again, unless Entra refuses the bot: then it names the setting', () => {
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const { kind, unsure } = unreachable(reset, 'x', true);
    assert.deepEqual([kind, unsure], ['later', true]);
    assert.equal(unreachable(reset, 'x', false).unsure, false, 'it never left');
    const refused = unreachable(new Error('AADSTS7000215: Invalid client secret provided.'), 'x', true);
    assert.equal(refused.kind, 'credentials');
    assert.match(refused.userText ?? '', /MicrosoftAppPassword/);
  });
});
