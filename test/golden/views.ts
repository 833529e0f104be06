import type { RequestState } from '../../src/request/life.js';
import type { Line, Tone } from '../../src/view/inline.js';
import type { Button, Card, Note } from '../../src/view/model.js';

/** Views for the golden files; times are fixed. */

const alice = { person: { platform: 'slack', tenant: 'T0HOME', user: 'U0ALICE' }, name: 'alice' } as const;
const bob = { person: { platform: 'slack', tenant: 'T0HOME', user: 'U0BOB' }, name: 'bob' } as const;
const carol = { person: { platform: 'teams', tenant: '7c1f', user: '9a2b' }, name: 'Carol *C*' } as const;
const at = Date.UTC(2026, 10, 23, 9, 30);

const buttons: Button[] = [
  { label: 'Approve', style: 'primary', token: 'dG9rZW4tYXBwcm92ZQ' },
  {
    label: 'Deny',
    style: 'danger',
    token: 'dG9rZW4tZGVueQ',
    asks: { title: 'Deny request', label: 'Why?', submit: 'Deny' },
  },
];

export const statuses: Readonly<Record<RequestState, readonly [Tone, Line]>> = {
  'awaiting approval': ['warning', [{ bold: 'Waiting for approval' }, ' (0 of 1 approval)']],
  approved: ['progress', [{ bold: 'Approved' }, ', about to be sent to Defender']],
  queued: ['progress', [{ bold: 'Approved' }, ", waiting for Defender's call limit: 3 ahead, about ", { at }]],
  sending: ['progress', [{ bold: 'Being sent to Defender' }, ': not confirmed yet']],
  submitted: ['progress', [{ bold: 'Submitted to Defender' }, ': Pending, not confirmed by the device yet']],
  succeeded: ['success', [{ bold: 'Done' }, ': Defender confirms that app execution is restricted']],
  failed: ['danger', [{ bold: 'Failed' }, ': Defender reports Failed']],
  'timed out': ['danger', [{ bold: 'Timed out' }, ': Defender gave up waiting for the device']],
  cancelled: ['neutral', [{ bold: 'Cancelled in Defender' }, ': nothing was changed by this action']],
  denied: ['neutral', [{ bold: 'Denied' }, ': nothing was sent to Defender']],
  expired: ['neutral', [{ bold: 'Expired' }, ' without enough approvals: nothing was sent to Defender']],
  withdrawn: ['neutral', [{ bold: 'Withdrawn' }, ' by the requester: nothing was sent to Defender']],
  refused: ['danger', [{ bold: 'Refused' }, ': the policy does not allow it']],
  rehearsed: ['neutral', [{ bold: 'Rehearsed' }, ': would have been sent now']],
  unknown: ['danger', [{ bold: 'Not known' }, ' whether Defender has the call']],
};

export function cardIn(state: RequestState, over: Partial<Card> = {}): Card {
  const [tone, status] = statuses[state];
  const open = state === 'awaiting approval';
  return {
    requestId: '7K3M-9Q2X',
    action: 'restrict',
    state,
    tone,
    title: 'Restrict app execution: mymachine1.contoso.com',
    status,
    facts: [
      { label: 'Requested by', value: [alice] },
      { label: 'Device', value: [{ code: 'mymachine1.contoso.com' }] },
      { label: 'Health', value: ['Active, last report ', { at: at - 90 * 60_000 }] },
      open
        ? { label: 'Expires', value: [{ at: at + 60 * 60_000 }] }
        : { label: 'Approved by', value: [bob, ', ', carol] },
      {
        label: 'Announced in',
        value: [{ channel: 'C0SOC', on: 'slack' }, ' ', { channel: '19:soc@thread.tacv2', on: 'teams' }],
      },
      { label: 'Request', value: [{ code: '7K3M-9Q2X' }] },
    ],
    comment: 'Beacon to a known C2 address',
    effect: 'Only files signed with a Microsoft-issued certificate can start on this device.',
    story: open
      ? []
      : [
          [bob, ' approved ', { at: at + 60_000 }],
          [carol, ' approved ', { at: at + 120_000 }],
        ],
    buttons: open ? buttons : [],
    ...over,
  };
}

/** What people wrote to break a card, each under the name of its golden file. */
export const hostile: Readonly<Record<string, string>> = {
  pings: '<!channel> <!here> <!everyone> @channel @here <@U0CISO> <!subteam^S0ALL>',
  markup: '*bold* _italic_ ~struck~ `code` > quote <https://evil.example|Click here> [a](https://evil.example) :skull:',
  entities: '&lt;!channel&gt; & a < b > c &amp;lt;',
  functions:
    '<at>Everyone</at> {{DATE(2026-11-23T09:00:00Z,SHORT)}} {{TIME(2026-11-23T09:00:00Z)}} **bold** [a](https://evil.example) <b>b</b> ${x}',
  direction: 'harmless \u202Egnp.exe\u202C \u2066isolated\u2069 \u200Fmark \u0007bell',
  long: 'A'.repeat(5_000),
  lines: Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\r\n'),
};

export const noteViews: Readonly<Record<string, Note>> = {
  plain: { tone: 'neutral', lines: [['Nothing is waiting.']] },
  progress: { tone: 'progress', lines: [[bob, ' approved (1 of 2 approvals).'], ['It needs more approvals.']] },
  success: { tone: 'success', lines: [[{ bold: 'Done' }, ': ', { code: 'pc1' }, ' at ', { at }]] },
  danger: { tone: 'danger', lines: [[{ bold: 'Failed' }]], quote: 'the device said <no>' },
  warning: {
    tone: 'warning',
    lines: [['See ', { link: 'https://security.microsoft.com/action-center', label: 'Action center' }]],
  },
  'pick list': {
    tone: 'neutral',
    lines: [['Two devices have that name. Which one?'], ['1  ', { code: 'pc1.a' }], ['2  ', { code: 'pc1.b' }]],
    buttons: [
      { label: 'pc1.a', style: 'plain', token: 'b25l' },
      { label: 'pc1.b', style: 'plain', token: 'dHdv' },
    ],
  },
  hostile: {
    tone: 'danger',
    lines: [[hostile['pings'] ?? '']],
    quote: `${hostile['markup'] ?? ''}${hostile['long'] ?? ''}`,
  },
};
