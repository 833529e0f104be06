import { type Person, provedInEntra, type Standing } from '../people/person.js';
import type { Request } from '../request/request.js';
import type { Inline, Line } from './inline.js';
import type { Note } from './model.js';
import { idInline, note, who } from './say.js';

/** What people are told about linking a Slack account to a Teams account. */

const link: Inline = { code: 'link' };
const unlink: Inline = { code: 'unlink' };
const nothingLinked = 'Nothing was linked.';

/** An approval by somebody who could be `other` on another platform; says which of the two has to do what. */
export function notToldApart(request: Request, voter: Person, other: Person): Note {
  const yours: Line = [
    'Link your Slack account: send me ',
    link,
    ' in a direct message in Slack, and type the code to me in Teams.',
  ];
  const theirs: Line = [
    who(other),
    ' has to link their Slack account: they send me ',
    link,
    ' in a direct message in Slack, and type the code to me in Teams.',
  ];
  return note(
    'warning',
    [
      'Your approval of ',
      idInline(request),
      ' was not counted: it cannot be proved that you and ',
      who(other),
      ' are two people.',
    ],
    ...(provedInEntra(voter) ? [] : [yours]),
    ...(provedInEntra(other) ? [] : [theirs]),
    ['Then approve again.'],
  );
}

/** `code` as people read it; `expiresAt` in Unix ms. */
export function code(shown: string, expiresAt: number): Note {
  return note(
    'neutral',
    ['Type this to me in Teams: ', { code: `link ${shown}` }],
    ['It works once, until ', { at: expiresAt }, '. From then on your two accounts count as one person.'],
    [{ bold: 'Type it yourself and give it to nobody:' }, ' whoever types it in Teams counts as you.'],
  );
}

export function startInSlack(): Note {
  return note('neutral', [
    'To link your Slack account to this one, send me ',
    link,
    ' in a direct message in Slack. I answer with a code; type it to me here.',
  ]);
}

export function typeInTeams(): Note {
  return note('neutral', [
    'A code is typed in Teams, so that I see both of your accounts. ',
    nothingLinked,
    ' For a new code send me ',
    link,
    ' without anything after it.',
  ]);
}

export function noTeams(): Note {
  return note('neutral', ['I am not set up for Teams here, so there is nothing to link.']);
}

/** Unknown, used and expired codes get one answer: it tells nothing to somebody who guesses. */
export function codeRefused(): Note {
  return note('warning', [
    `${nothingLinked} This code is mistyped, used, or older than ten minutes. Send me `,
    link,
    ' in Slack for a new one.',
  ]);
}

/** `void`: it was typed where others could read it. */
export function notConfirmed(because: string, code: 'good still' | 'void'): Note {
  const next: Line =
    code === 'void'
      ? [
          'Others could read the code here, so it is void: send me ',
          link,
          ' in Slack for a new one, and type it to me alone.',
        ]
      : ['Type the code again in a minute.'];
  return note('warning', [
    `${nothingLinked} I could not ask about the Slack account of this code. ${because} `,
    ...next,
  ]);
}

export function notMember(slack: Person): Note {
  const kinds: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
    guest: 'is a guest in Slack',
    external: 'belongs to another organisation',
    bot: 'is an app',
    deactivated: 'is deactivated',
  };
  const kind = slack.standing === 'member' ? 'is a member' : kinds[slack.standing];
  return note('danger', [`${nothingLinked} The account `, who(slack), ` ${kind}; only members can be linked.`]);
}

/** An account that is linked keeps its link until one of its two sides takes it away. `to` says whose it is to the reader. */
export function linkedAlready(slack: Person, at: number, to: 'you' | 'somebody'): Note {
  const head: Line = ['The Slack account ', who(slack), ' is linked already, since ', { at }];
  return to === 'you'
    ? note('neutral', [...head, ', to your Teams account.'])
    : note('warning', [
        ...head,
        `. ${nothingLinked} To link it to another Teams account, first send me `,
        unlink,
        ' in Slack.',
      ]);
}

export function linkedByOperator(slack: Person, to: 'you' | 'somebody'): Note {
  const whose = to === 'you' ? 'your Teams account' : 'a Teams account';
  return note('neutral', [
    'The policy file links the Slack account ',
    who(slack),
    ` to ${whose}. Only an operator can change that. Nothing was done.`,
  ]);
}

/** To the one who typed the code. */
export function linked(slack: Person): Note {
  return note(
    'success',
    ['Your Teams account and ', who(slack), ' in Slack are linked: one person, who counts once.'],
    [
      'What is done in Slack as ',
      who(slack),
      ' counts as done by you. If that is not your account, send me ',
      unlink,
      ' now.',
    ],
  );
}

/** To the Slack account whose code was typed. */
export function linkedFromTeams(teams: Person): Note {
  return note(
    'warning',
    ['Your Slack account was linked to ', who(teams), ' in Teams, by them, with the code that I gave you.'],
    ['What they do in Teams counts as done by you. If that was not you, send me ', unlink, ' now.'],
  );
}

/** `count` Slack accounts. */
export function unlinked(count: number): Note {
  const what = count === 1 ? 'The link is taken away.' : `${count} links are taken away.`;
  return note('success', [
    `${what} From now on an approval in Teams of a request made in Slack, or the other way round, does not count until you link again.`,
  ]);
}

/** To the account on the other side. */
export function unlinkedByOther(by: Person): Note {
  const where = by.account.platform === 'slack' ? 'in Slack' : 'in Teams';
  return note('warning', [
    who(by),
    ` ${where} took away the link between that account and this one. If that was not you, tell your security team.`,
  ]);
}

/** `still` says what links the account all the same. */
export function nothingToUnlink(still: 'policy' | 'email' | undefined): Note {
  const because = {
    policy: 'The policy file says whose this account is; only an operator can change that.',
    email: 'This account is matched by its e-mail address, as the policy file says; a code from Slack goes before it.',
  };
  return note('neutral', [
    `No code has linked this account. Nothing was done.${still === undefined ? '' : ` ${because[still]}`}`,
  ]);
}
