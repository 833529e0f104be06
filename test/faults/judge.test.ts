import assert from 'node:assert/strict';
import { machineActionType } from '../../src/defender/machine-action.js';
import type { DefenderCall, StandInAction } from '../../sandbox/defender.js';
import { judge, type Evidence, type Verdict } from './run/judge.js';
import type { Post, ShownCard } from './run/ledger.js';
import type { Command } from './run/load.js';

const id = '7K3M-9Q2X';
const device = 'pc-0001.contoso.com';
const at = 1_000_000;

const command: Command = {
  errand: { device, machineId: '1'.repeat(40), platform: 'slack', how: 'slash', kind: 'approve' },
  action: 'restrict',
  acceptedAt: at,
  tries: 1,
};

function post(key: string, text: string, over: Partial<Post> = {}): Post {
  const where = { platform: 'slack', conversation: 'C1', thread: 'card' } as const;
  const nobody = { onlyFor: undefined, directTo: undefined };
  return { key, text, ...where, at, buttons: [], ...nobody, source: {} as Post['source'], ...over };
}

function card(over: Partial<ShownCard> = {}, posted: Partial<Post> = {}): ShownCard {
  const seen = post('card', `Restrict app execution: ${device}\n✅ Done\nRequest: ${id}`, posted);
  return { post: seen, requestId: id, action: 'restrict', device, status: 'Done', end: 'Done', ...over };
}

function action(over: Partial<StandInAction> = {}): StandInAction {
  return {
    id: 'a1',
    type: machineActionType.restrict,
    title: null,
    requestor: 'Cordon',
    requestorComment: `[Cordon ${id}] why`,
    status: 'Succeeded',
    machineId: command.errand.machineId,
    computerDnsName: device,
    creationDateTimeUtc: new Date(at).toISOString(),
    lastUpdateDateTimeUtc: new Date(at + 200).toISOString(),
    cancellationRequestor: null,
    cancellationComment: null,
    cancellationDateTimeUtc: null,
    errorHResult: 0,
    scope: null,
    externalId: null,
    requestSource: 'PublicApi',
    relatedFileInfo: null,
    commands: [],
    troubleshootInfo: null,
    ...over,
  };
}

function call(over: Partial<DefenderCall> = {}): DefenderCall {
  const about = { operation: 'restrictCodeExecution', machineId: command.errand.machineId } as const;
  return { at, ...about, comment: `[Cordon ${id}] why`, status: 201, actionId: 'a1', created: true, ...over };
}

const said = [
  post('m1', 'Bob Lead approved (1 of 1 approval). Sending to Defender.'),
  post('m2', 'Submitted to Defender (Pending).'),
  post('m3', `Done (Defender reports Succeeded): app execution is restricted on ${device} (${id}).`),
];
const direct = post('d1', said[2]!.text, { conversation: 'D1', thread: 'd1', directTo: 'alice' });

interface World {
  readonly cards?: readonly ShownCard[];
  readonly replies?: readonly Post[];
  readonly actions?: readonly StandInAction[];
  readonly calls?: readonly DefenderCall[];
  readonly over?: Partial<Evidence>;
}

/** One command that went as it should, but for what is given. */
function verdict({ cards = [card()], replies = [...said, direct], ...world }: World = {}): Verdict {
  const { actions = [action()], calls = [call()], over } = world;
  return judge({
    sandbox: { defender: { actions: () => [...actions], calls }, slack: { calls: [] }, teams: () => ({ calls: [] }) },
    ledger: {
      posts: () => [...cards.map((each) => each.post), ...replies],
      cards: () => [...cards],
      cardsOf: (name) => cards.filter((each) => each.device === name),
    },
    accepted: [command],
    unheard: [],
    endedAlone: [],
    interruptions: [],
    ...over,
  });
}

function broken(world: World): string {
  const { wrong, missing } = verdict(world);
  return [...wrong, ...missing].join('\n');
}

describe('the judge of the fault run', () => {
  it('finds nothing wrong with what went as it should', () => {
    assert.equal(broken({}), '');
    assert.deepEqual(verdict().ends, { Done: 1 });
  });

  const violations: readonly [name: string, world: World, words: RegExp][] = [
    ['a command without a card', { cards: [], replies: [], actions: [], calls: [] }, /has no card/],
    ['a card that has not ended', { cards: [card({ end: undefined, status: 'Waiting' })] }, /is not at one end/],
    [
      'two actions of one request',
      { actions: [action(), action({ id: 'a2' })], calls: [call(), call({ actionId: 'a2' })] },
      /carried out 2 times/,
    ],
    ['Done without an action', { actions: [], calls: [] }, /Defender has no action of it/],
    ['Failed with an action', { cards: [card({ end: 'Failed' })] }, /says Failed, but Defender has its action/],
    [
      'Failed without a refusal',
      { cards: [card({ end: 'Failed' })], actions: [], calls: [call({ created: false, status: 500 })] },
      /without a refusal/,
    ],
    [
      'a call for what was withdrawn',
      { cards: [card({ end: 'Withdrawn' })], actions: [], calls: [call({ created: false, status: 403 })] },
      /says Withdrawn, but 1 calls/,
    ],
    [
      'an action that nobody was told of',
      { actions: [action(), action({ id: 'a2', requestorComment: '[Cordon 0000-0000] why' })] },
      /0000-0000, of which nobody was told/,
    ],
    ['a 429 of the quota', { calls: [call(), call({ status: 429, created: false })] }, /quota was used up/],
    ['a thread without its middle', { replies: [said[0]!, said[2]!, direct] }, /thread without .*Submitted/],
    ['a requester who was not told', { replies: said }, /Alice was not told/],
    ['a reply that came twice for no reason', { replies: [...said, { ...said[1]!, key: 'm4' }, direct] }, /posted 2/],
    ['somebody who was not heard', { over: { unheard: ['pc-0001: not taken'] } }, /not taken/],
    ['a process that ended by itself', { over: { endedAlone: [1] } }, /replica 1 ended by itself/],
    [
      'a release that overtook its restriction',
      {
        cards: [card(), card({ requestId: '1111-2222' }, { key: 'c2', at: at + 50, thread: 'c2' })],
        actions: [
          action({ creationDateTimeUtc: new Date(at + 500).toISOString() }),
          action({ id: 'a2', requestorComment: '[Cordon 1111-2222] why' }),
        ],
      },
      /overtook/,
    ],
  ];
  for (const [name, world, words] of violations) {
    it(`sees ${name}`, () => {
      assert.match(broken(world), words);
    });
  }

  it('allows a second copy where there was an interruption, counts it, and names the card that stayed behind', () => {
    const copy = card({ end: undefined, status: 'Waiting' }, { key: 'old', at: at - 500, buttons: ['Approve'] });
    const interruptions = [{ from: at - 400, until: at - 100, what: 'replica 0 killed' }];
    const result = verdict({ cards: [copy, card()], over: { interruptions } });
    assert.deepEqual([result.wrong, result.missing], [[], []]);
    assert.equal(result.postedTwice, 1);
    assert.equal(result.staleCopies, 1);
  });

  it('takes the card that ended for the one that counts, though a late replica posted its own after it', () => {
    const late = card({ end: undefined, status: 'Waiting' }, { key: 'late', at: at + 500, buttons: ['Approve'] });
    const interruptions = [{ from: at + 100, until: at + 400, what: 'replica 0 paused' }];
    const result = verdict({ cards: [card(), late], over: { interruptions } });
    assert.deepEqual([result.wrong, result.missing], [[], []]);
    assert.equal(result.staleCopies, 1);
  });
});
