import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import express from 'express';
import { listenOnLoopback } from '../../../sandbox/loopback.js';
import type { Seat } from '../../../sandbox/seat.js';
import { createTeamsDoor } from '../../../sandbox/teams/door.js';
import { teamsSeat } from '../../../sandbox/teams/seat.js';
import { teamsTranscriber } from '../../../sandbox/transcript.js';
import { card, objectIds, startTeamsBench, teamsIds, text, type TeamsBench } from './support.js';

interface Heard {
  readonly text?: string;
  readonly from: { readonly aadObjectId: string };
  readonly conversation: { readonly id: string };
  readonly recipient: { readonly isTargeted?: boolean };
  readonly value?: { readonly action: { readonly data: unknown } };
}

describe('a person at the keyboard, in Teams', () => {
  let bench: TeamsBench;
  let seat: Seat;
  let heard: Heard[];
  let close: () => Promise<void>;
  beforeEach(async () => {
    bench = await startTeamsBench();
    heard = [];
    const app = express();
    app.post('/api/messages', express.json(), (request, response) => {
      heard.push(request.body as Heard);
      response.status(200).end();
    });
    const server = await listenOnLoopback(createServer(app));
    const { teams } = bench;
    const url = `http://127.0.0.1:${server.port}/api/messages`;
    seat = teamsSeat({ teams: () => teams, teamsDoor: () => createTeamsDoor({ teams, url, fetch }) });
    close = async () => {
      await server.close();
      await bench.close();
    };
  });
  afterEach(() => close());

  it('is somebody, somewhere', () => {
    assert.equal(seat.label, '[teams] alice inc-4711> ');
    assert.deepEqual(
      [seat.become('bob'), seat.go('war-room'), seat.become('zoe'), seat.go('attic')],
      [true, true, false, false],
    );
    assert.equal(seat.label, '[teams] bob War room> ');
  });

  it('asks by slash command, and answers in the thread of the newest card', async () => {
    await seat.command('restrict', 'laptop-7 beacon');
    assert.deepEqual([heard[0]?.text, heard[0]?.recipient.isTargeted], ['restrict laptop-7 beacon', true]);
    const root = await bench.post(teamsIds.incident, card());
    await seat.mention('status');
    assert.equal(heard[1]?.conversation.id, `${teamsIds.incident};messageid=${root}`);
  });

  it('approves and denies the card that is meant, the newest one when none is named', async () => {
    await bench.post(teamsIds.incident, card({ fallbackText: 'Request #AB12-CD34' }));
    await bench.post(teamsIds.approvals, card({ fallbackText: 'Request #EF56-GH78' }));
    seat.become('bob');
    await seat.approve('');
    await seat.deny('ab12cd34', 'wrong device');
    assert.deepEqual(
      heard.map(({ from, conversation, value }) => [
        from.aadObjectId,
        conversation.id.split(';')[0],
        value?.action.data,
      ]),
      [
        [objectIds.bob, teamsIds.approvals, { token: 'yes' }],
        [objectIds.bob, teamsIds.incident, { token: 'no', reason: 'wrong device' }],
      ],
    );
  });

  it('reads what Cordon says: text, a card in its words, and once what did not change', async () => {
    const lines: string[] = [];
    bench.teams.onMessage(teamsTranscriber(bench.teams, (line) => lines.push(line)));
    const place = `${encodeURIComponent(teamsIds.incident)}/activities`;
    const root = await bench.post(teamsIds.incident, card(showing('Restrict laptop-7?', 'Asked by Alice')));
    await bench.post(`${teamsIds.incident};messageid=${root}`, text('waiting'));
    const recipient = { id: bench.teams.chats.user(objectIds.alice).id };
    await bench.post(teamsIds.incident, { ...text('psst'), recipient }, '?isTargetedActivity=true');
    await bench.call('PUT', `${place}/${root}`, card(showing('Restrict laptop-7?', 'Asked by Alice')));
    await bench.call('PUT', `${place}/${root}`, card(showing('Restricted', 'laptop-7', 'and more')));
    assert.deepEqual(lines, [
      '  [teams] inc-4711 │ Restrict laptop-7?',
      '                     Asked by Alice',
      '  [teams] inc-4711 ↳ │ waiting',
      '  [teams] inc-4711 → Alice Analyst │ (only you) psst',
      '  [teams] inc-4711 │ (card now) Restricted',
      '                                laptop-7',
    ]);
  });
});

function showing(...lines: readonly string[]): Record<string, unknown> {
  return { body: lines.map((text) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text }] })) };
}
