import assert from 'node:assert/strict';
import { card, lobby, objectIds, startTeamsBench, teamsIds, text, type TeamsBench } from './support.js';

const encoded = encodeURIComponent(teamsIds.incident);
const activities = `${encoded}/activities`;
const targeted = '?isTargetedActivity=true';

describe('Teams connector', () => {
  let bench: TeamsBench;
  beforeEach(async () => {
    bench = await startTeamsBench();
  });
  afterEach(() => bench.close());

  const refused = async (
    expected: readonly [status: number, code: string],
    ...call: Parameters<TeamsBench['call']>
  ): Promise<void> => {
    const { status, code } = await bench.call(...call);
    assert.deepEqual([status, code], expected, call.slice(0, 2).join(' '));
  };
  const alice = (): { id: string } => ({ id: bench.teams.chats.user(objectIds.alice).id });

  it('starts a thread with a post to the channel, and takes replies by ;messageid= as the SDK encodes it', async () => {
    const root = await bench.post(teamsIds.incident, text('root'));
    assert.match(root, /^\d{13}$/);
    await bench.post(`${teamsIds.incident};messageid=${root}`, text('reply'));
    await bench.post(teamsIds.incident, text('another root'));
    const said = (messages: { activity: Readonly<Record<string, unknown>>; root: string | undefined }[]): unknown[] =>
      messages.map(({ activity, root: of }) => [activity.text, of]);
    assert.deepEqual(said(bench.teams.thread(teamsIds.incident, root)), [
      ['root', undefined],
      ['reply', root],
    ]);
    assert.equal(bench.teams.messages(teamsIds.incident).length, 3);
    await refused([404, 'ConversationNotFound'], 'POST', `${encoded}%3Bmessageid%3D1/activities`, text('nowhere'));
  });

  it('takes only tokens for the Bot Framework, and none that ran out', async () => {
    const token = bench.entra.issue('https://api.botframework.com');
    assert.equal((await bench.call('POST', activities, text('one'), token)).status, 201);
    await refused([401, 'Unauthorized'], 'POST', activities, text('no'), bench.entra.issue());
    await refused([401, 'Unauthorized'], 'POST', activities, text('no'), await bench.teams.token());
    bench.wait(3_600_000);
    await refused([401, 'Unauthorized'], 'POST', activities, text('no'), token);
    assert.equal(bench.entra.validToken(bench.entra.issue('https://api.botframework.com')), false);
  });

  it('refuses every call for a conversation that the bot is not in', async () => {
    const place = encodeURIComponent(lobby.id);
    await refused([403, 'BotNotInConversationRoster'], 'POST', `${place}/activities`, text('x'));
    await refused([403, 'BotNotInConversationRoster'], 'GET', `${place}/members`);
    await refused([404, 'ConversationNotFound'], 'POST', 'nowhere/activities', text('x'));
  });

  it('updates and deletes the bot’s own messages alone, as long as they are there', async () => {
    const id = await bench.post(teamsIds.incident, text('before'));
    const { chats } = bench.teams;
    const person = { conversation: teamsIds.incident, root: undefined, from: objectIds.bob, targetedTo: undefined };
    const foreign = chats.post({ ...person, activity: text('mine') as Record<string, unknown> });
    assert.equal((await bench.call('PUT', `${activities}/${id}`, text('after'))).status, 200);
    assert.equal(chats.find(id)?.activity.text, 'after');
    await refused([403, 'NotEnoughPermissions'], 'PUT', `${activities}/${foreign.id}`, text('x'));
    bench.teams.deleteMessage(id);
    await refused([404, 'ActivityNotFoundInConversation'], 'PUT', `${activities}/${id}`, text('x'));
    await refused([404, 'ActivityNotFoundInConversation'], 'DELETE', `${activities}/${id}`);
    assert.equal(bench.teams.messages(teamsIds.incident)[0]?.deleted, true);
    const elsewhere = await bench.post(teamsIds.approvals, text('elsewhere'));
    await refused([404, 'ActivityNotFoundInConversation'], 'PUT', `${activities}/${elsewhere}`, text('x'));
  });

  it('opens the same one-to-one conversation each time, by either id, where the person has the app', async () => {
    const { teams } = bench;
    const open = (id: string): Parameters<TeamsBench['call']> => [
      'POST',
      '',
      { isGroup: false, members: [{ id }], tenantId: teams.tenantId },
    ];
    const first = await bench.call(...open(objectIds.bob));
    const second = await bench.call(...open(teams.chats.user(objectIds.bob).id));
    assert.equal(first.status, 201);
    assert.match(String(first.body.id), /^a:1/);
    assert.deepEqual(second.body, first.body);
    await bench.post(String(first.body.id), text('hello Bob'));
    assert.equal(teams.personal(objectIds.bob).length, 1);
    assert.equal(teams.personal(objectIds.carol).length, 0);

    await refused([403, 'BotNotInConversationRoster'], ...open(objectIds.mallory));
    teams.putConversation({ ...teams.chats.personalOf(teams.chats.user(objectIds.bob)), installed: false });
    await refused([403, 'BotNotInConversationRoster'], ...open(objectIds.bob));
    await refused([400, 'BadArgument'], 'POST', '', { members: [{ id: objectIds.bob }] });
  });

  it('knows members by either id, with tenant and role, and nobody who left', async () => {
    const { teams } = bench;
    const gina = await bench.call('GET', `${encoded}/members/${objectIds.gina}`);
    assert.deepEqual([gina.status, gina.body.userRole], [200, 'guest']);
    assert.match(String(gina.body.userPrincipalName), /#EXT#/);
    const war = encodeURIComponent(teamsIds.warRoom);
    const mallory = await bench.call('GET', `${war}/members/${teams.chats.user(objectIds.mallory).id}`);
    assert.equal(mallory.body.aadObjectId, objectIds.mallory);
    assert.notEqual(mallory.body.tenantId, teams.tenantId);
    await refused([404, 'MemberNotFoundInConversation'], 'GET', `${war}/members/${objectIds.carol}`);
    teams.removeUser(objectIds.bob);
    await refused([404, 'MemberNotFoundInConversation'], 'GET', `${war}/members/${objectIds.bob}`);
    const { body } = await bench.call('GET', `${war}/pagedmembers`);
    assert.equal((body.members as unknown[]).length, 2);
  });

  it('shows a targeted message to its recipient for a day, and takes no reply to it', async () => {
    const id = await bench.post(teamsIds.incident, { ...text('psst'), recipient: alice() }, targeted);
    assert.equal(bench.teams.chats.find(id)?.targetedTo, objectIds.alice);
    await refused([404, 'ActivityNotFoundInConversation'], 'PUT', `${activities}/${id}`, text('x'));
    await refused([400, 'BadArgument'], 'PUT', `${activities}/${id}${targeted}`, { ...text('x'), recipient: alice() });
    assert.equal((await bench.call('PUT', `${activities}/${id}${targeted}`, text('again'))).status, 200);
    await refused([400, 'BadArgument'], 'POST', `${encoded}%3Bmessageid%3D${id}/activities`, text('reply'));
    bench.wait(24 * 3_600_000);
    await refused([404, 'ActivityNotFoundInConversation'], 'PUT', `${activities}/${id}${targeted}`, text('late'));
    assert.deepEqual(bench.teams.messages(teamsIds.incident), []);
  });

  it('sends a targeted message to nobody but a member of a channel or group chat', async () => {
    const mallory = { id: bench.teams.chats.user(objectIds.mallory).id };
    await refused([400, 'BadArgument'], 'POST', `${activities}${targeted}`, text('x'));
    await refused([400, 'BadArgument'], 'POST', `${activities}${targeted}`, { ...text('x'), recipient: mallory });
    const personal = encodeURIComponent(bench.teams.chats.personalOf(bench.teams.chats.user(objectIds.alice)).id);
    const body = { ...text('x'), recipient: alice() };
    await refused([400, 'BadArgument'], 'POST', `${personal}/activities${targeted}`, body);
  });

  it('refuses cards that Teams cannot show, empty messages and those over 28 KB', async () => {
    assert.equal((await bench.call('POST', activities, card())).status, 201);
    const bad = [
      card({ version: '1.6' }),
      card({ version: undefined }),
      card({ body: [{ type: 'TextBlok', text: 'x' }] }),
      card({ body: [{ type: 'TextBlock', text: 'x', size: 'Hugest' }] }),
      card({ body: [{ type: 'Input.Text', label: 'no id' }] }),
      { type: 'message' },
      { type: 'message', text: 7 },
    ];
    for (const body of bad) await refused([400, 'BadSyntax'], 'POST', activities, body);
    await refused([413, 'MessageSizeTooBig'], 'POST', activities, text('é'.repeat(14_400)));
    assert.equal(bench.teams.messages(teamsIds.incident).length, 1);
  });

  it('complains, in the journal, of a card that a notification or an old client could not tell of', async () => {
    await bench.post(teamsIds.incident, card({ fallbackText: undefined }));
    await bench.post(teamsIds.incident, { ...card(), summary: undefined });
    const errors = bench.teams.calls.map(({ error }) => error ?? '');
    assert.match(errors[0] ?? '', /^complaint: .*fallbackText/);
    assert.match(errors[1] ?? '', /^complaint: .*summary/);
  });

  it('plays ordered faults, and writes every call into its journal', async () => {
    const { teams } = bench;
    teams.fault({ kind: '429', retryAfter: 7, operation: 'sendToConversation' });
    const limited = await bench.call('POST', activities, text('x'));
    assert.deepEqual([limited.status, limited.retryAfter], [429, '7']);
    teams.fault({ kind: 'error', error: 'ConversationBlockedByUser' });
    await refused([403, 'ConversationBlockedByUser'], 'POST', activities, text('x'));
    teams.fault({ kind: '503', operation: 'updateActivity' });
    assert.equal((await bench.call('POST', activities, text('done'))).status, 201);
    await refused([503, 'ServiceUnavailable'], 'PUT', `${activities}/1`, text('x'));
    teams.fault({ kind: 'lost answer' });
    await assert.rejects(bench.call('POST', activities, text('lost')));
    teams.fault({ kind: 'reset' });
    await assert.rejects(bench.call('POST', activities, text('never')));
    assert.deepEqual(
      teams.messages(teamsIds.incident).map(({ activity }) => activity.text),
      ['done', 'lost'],
    );
    assert.deepEqual(
      teams.calls.map(({ operation, status }) => [operation, status]),
      [
        ['sendToConversation', 429],
        ['sendToConversation', 403],
        ['sendToConversation', 201],
        ['updateActivity', 503],
        ['sendToConversation', 'none'],
        ['sendToConversation', 'none'],
      ],
    );
    assert.equal(teams.calls[0]?.path, `/v3/conversations/${teamsIds.incident}/activities`);
  });

  it('tells listeners what is new, changed and deleted, until they stop', async () => {
    const seen: string[] = [];
    const stop = bench.teams.onMessage(({ what }) => seen.push(what));
    const id = await bench.post(teamsIds.incident, text('a'));
    await bench.call('PUT', `${activities}/${id}`, text('b'));
    await bench.call('DELETE', `${activities}/${id}`);
    stop();
    await bench.post(teamsIds.incident, text('c'));
    assert.deepEqual(seen, ['new', 'updated', 'deleted']);
  });
});

describe('Teams connector: rate limits', () => {
  it('takes seven posts a second in a conversation and says when there is room again', async () => {
    const bench = await startTeamsBench({ rateLimits: true });
    for (let each = 0; each < 7; each += 1) await bench.post(teamsIds.incident, text('x'));
    const { status, retryAfter } = await bench.call('POST', activities, text('x'));
    assert.deepEqual([status, retryAfter], [429, '1']);
    await bench.post(teamsIds.approvals, text('elsewhere'));
    bench.wait(1_000);
    await bench.post(teamsIds.incident, text('the eighth within two seconds'));
    assert.equal((await bench.call('POST', activities, text('x'))).status, 429);
    await bench.close();
  });
});
