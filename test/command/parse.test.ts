import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseCommand, type UsageError } from '../../src/command/parse.js';
import type { Command } from '../../src/command/model.js';

const deviceId = '1e5bc9d7e413ddd7902c2932e418702b84d0cc07';
const entraId = '80fe8ff8-2624-418e-9591-41f0491218f9';

function command(text: string): Command {
  const parsed = parseCommand(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem.problem);
  return parsed.command;
}

function problem(text: string): UsageError {
  const parsed = parseCommand(text);
  assert.ok(!parsed.ok, `“${text}” was taken for ${JSON.stringify(parsed)}`);
  return parsed.problem;
}

/** What Slack does to typed text. */
function slackEscape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

describe('parseCommand: every command', () => {
  const pc1 = { by: 'name', value: 'pc1' };
  const cases: readonly [string, unknown][] = [
    ['restrict pc1 suspicious', { kind: 'restrict', device: pc1, comment: 'suspicious' }],
    ['release pc1 cleaned', { kind: 'release', device: pc1, comment: 'cleaned' }],
    ['unrestrict pc1 cleaned', { kind: 'release', device: pc1, comment: 'cleaned' }],
    ['Lift PC1 cleaned', { kind: 'release', device: pc1, comment: 'cleaned' }],
    ['status', { kind: 'status' }],
    ['approve 7k3m9q2x', { kind: 'approve', request: '7K3M9Q2X' }],
    ['APPROVE #7K3M-9Q2X', { kind: 'approve', request: '7K3M9Q2X' }],
    ['approve `7K3M\u20119Q2X`', { kind: 'approve', request: '7K3M9Q2X' }],
    ['deny 7K3M-9Q2X false  alarm', { kind: 'deny', request: '7K3M9Q2X', reason: 'false  alarm' }],
    ['reject 7K3M-9Q2X no', { kind: 'deny', request: '7K3M9Q2X', reason: 'no' }],
    ['withdraw 7K3M-9Q2X', { kind: 'withdraw', request: '7K3M9Q2X' }],
    ['cancel 7K3M-9Q2X', { kind: 'cancel', request: '7K3M9Q2X' }],
    ['Cancel #7k3m9q2x  wrong\ndevice ', { kind: 'cancel', request: '7K3M9Q2X', reason: 'wrong\ndevice' }],
    ['sent 7K3M-9Q2X', { kind: 'sent', request: '7K3M9Q2X' }],
    ['resend 7K3M-9Q2X', { kind: 'resend', request: '7K3M9Q2X' }],
    ['list', { kind: 'list' }],
    ['requests', { kind: 'list' }],
    ['history pc1', { kind: 'history', device: pc1 }],
    ['link', { kind: 'link' }],
    ['unlink', { kind: 'unlink' }],
    ['stop a loop\nin the playbook', { kind: 'stop', reason: 'a loop\nin the playbook' }],
    ['resume', { kind: 'resume' }],
    ['Resume it was a drill', { kind: 'resume', reason: 'it was a drill' }],
    ['help', { kind: 'help' }],
    ['help restrict', { kind: 'help' }],
    ['?', { kind: 'help' }],
    ['', { kind: 'help' }],
    [' \u200b\n', { kind: 'help' }],
    ['<@U0BOT>', { kind: 'help' }],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(command(text), expected);
    });
  }
});

describe('parseCommand: stop', () => {
  it('takes no stop without a reason: a lone “stop” may be meant for anybody', () => {
    assert.match(problem('stop').problem, /reason is missing/);
    assert.match(problem('@cordon stop \u200b').problem, /reason is missing/);
  });
});

describe('parseCommand: whom it is addressed to', () => {
  for (const lead of [
    '<@U0BOT> ',
    '<@U0BOT|cordon>\u00a0',
    '<@U0BOT>: ',
    '<at>Cordon</at> ',
    '<at id="0">Cordon Dev</at>&nbsp;',
    '@cordon ',
    '@Cordon, ',
    '/',
    '/cordon ',
    '<at>Cordon</at> /',
    '\u200b\ufeff \u2060',
  ]) {
    it(`does not matter: ${JSON.stringify(lead)}`, () => {
      assert.deepEqual(command(`${lead}restrict pc1 why`), command('restrict pc1 why'));
    });
  }

  it('leaves a host that begins with the bot’s name alone', () => {
    assert.deepEqual(command('history cordon-pc'), { kind: 'history', device: { by: 'name', value: 'cordon-pc' } });
  });

  it('keeps the comment under any heap of it', () => {
    const noise = fc.constantFrom(' ', '\u00a0', '\u200b', '\ufeff', '<@U0BOT>', '<at>Cordon</at>', '@cordon ', '\n');
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 6 }), fc.constantFrom('', '/', '/cordon '), (lead, slash) => {
        assert.deepEqual(command(`${lead.join('')}${slash}restrict pc1 why`), command('restrict pc1 why'));
      }),
    );
  });
});

describe('parseCommand: the comment', () => {
  function comment(text: string): string {
    const read = command(`restrict pc1 ${text}`);
    assert.ok(read.kind === 'restrict');
    return read.comment;
  }

  const shown: readonly [string, string][] = [
    ['a &amp;&amp; b &lt;c&gt;', 'a && b <c>'],
    ['&amp;lt; stays', '&lt; stays'],
    ['see <https://evil.example/a?b=1&amp;c=2>', 'see https://evil.example/a?b=1&c=2'],
    ['see <https://evil.example|evil.example>', 'see evil.example'],
    ['<mailto:a@b.c|a@b.c> wrote', 'a@b.c wrote'],
    ['<@U123|name> and <@U123> saw it', '@name and @U123 saw it'],
    ['in <#C1|general> and <#C1|>', 'in #general and #C1'],
    ['<!channel> <!here> <!subteam^S1|@soc> <!subteam^S1>', '@channel @here @soc @S1'],
    ['since <!date^1392734382^{date}|Feb 18, 2014>', 'since Feb 18, 2014'],
    ['a <b> c < d <!-- e', 'a <b> c < d <!-- e'],
    ['line one\n\n  line two ', 'line one\n\n  line two'],
    ['“smart” — quotes', '“smart” — quotes'],
    ['"quoted whole"', '"quoted whole"'],
  ];
  for (const [text, expected] of shown) {
    it(`${JSON.stringify(text)} is what the person saw`, () => {
      assert.equal(comment(text), expected);
    });
  }

  it('comes back whole from Slack’s escaping, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        fc.pre(/[^\s\p{C}\p{Default_Ignorable_Code_Point}]/u.test(text));
        assert.equal(comment(slackEscape(text)), text.trim());
      }),
      { numRuns: 500 },
    );
  });

  it('is left alone where the platform has no such markup', () => {
    const parsed = parseCommand('restrict pc1 <https://a|b> &amp; c', { markup: 'none' });
    assert.ok(parsed.ok && parsed.command.kind === 'restrict');
    assert.equal(parsed.command.comment, '<https://a|b> &amp; c');
  });

  it('is missing when nobody can see it', () => {
    for (const text of ['restrict pc1', 'restrict pc1 \u00a0', 'restrict pc1 \u200b\u200d\ufeff', 'release pc1\n']) {
      assert.match(problem(text).problem, /comment is missing/);
    }
    assert.match(problem('deny 7K3M-9Q2X \u200b').problem, /reason is missing/);
  });
});

describe('parseCommand: the device', () => {
  function device(text: string): unknown {
    const read = command(`history ${text}`);
    assert.ok(read.kind === 'history');
    return read.device;
  }

  const host = { by: 'name', value: 'pc1.contoso.com' };
  const references: readonly [string, unknown][] = [
    ['PC1.Contoso.com.', host],
    ['<http://pc1.contoso.com>', host],
    ['<http://PC1.contoso.com|PC1.contoso.com>', host],
    ['<https://pc1.contoso.com/|https://pc1.contoso.com/>', host],
    ['“<http://pc1.contoso.com|pc1.contoso.com>”', host],
    ['`pc1.contoso.com`', host],
    ['" pc1.contoso.com "\u200b', host],
    ['pc1\u200b.contoso.com', host],
    ['desk_01', { by: 'name', value: 'desk_01' }],
    ['desk\u2011001', { by: 'name', value: 'desk-001' }],
    [deviceId.toUpperCase(), { by: 'deviceId', value: deviceId }],
    [entraId.toUpperCase(), { by: 'entraId', value: entraId }],
    [`{${entraId}}`, { by: 'entraId', value: entraId }],
    ['10.1.2.3', { by: 'ip', value: '10.1.2.3' }],
    ['2001:DB8::1', { by: 'ip', value: '2001:db8::1' }],
  ];
  for (const [text, expected] of references) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(device(text), expected);
    });
  }

  const faults: readonly [string, RegExp][] = [
    ['', /device is missing/],
    ['""', /device is missing/],
    ['"pc1 suspicious powershell"', /several words/],
    ['pc1/admin', /“\/” cannot be part/],
    ["pc1'or'1", /“'” cannot be part/],
    ['büro-pc', /“ü” cannot be part.*device id works/],
    ['pc1.\u{1F600}', /“\u{1F600}” cannot be part/u],
    ['https://pc1.contoso.com/path', /web address/],
    ['<mailto:a@b.c|a@b.c>', /“@” cannot be part/],
    ['<@U123|ana>', /person or a channel/],
    ['-pc1', /hyphen/],
    ['pc1..contoso.com', /part of it is empty/],
    ['a'.repeat(64), /at most 63/],
    [Array(64).fill('pc1x').join('.'), /at most 253/],
    [deviceId.slice(1), /40 characters.* has 39/],
    ['10.1.2', /not a whole IP address/],
    ['10.1.2.300', /not a whole IP address/],
    ['fe80::1%eth0', /network interface/],
    ['2001:db8:::1', /not a whole IP address/],
  ];
  for (const [text, expected] of faults) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))} and says why`, () => {
      assert.match(problem(`history ${text}`).problem, expected);
    });
  }

  it('is the same in any case, in quotation marks and as the link that Slack makes of it', () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z])$/);
    const reference = fc.oneof(
      fc.stringMatching(/^[0-9a-f]{40}$/),
      fc.uuid(),
      fc.ipV4(),
      fc.ipV6().filter((ip) => !ip.includes('%')),
      fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')),
    );
    const dress = fc.constantFrom<((text: string) => string)[]>(
      (text) => `"${text}"`,
      (text) => `“${text}”`,
      (text) => `‘${text}’`,
      (text) => text.toUpperCase(),
      (text) => `<http://${text}|${text}>`,
      (text) => `"<http://${text}|${text.toUpperCase()}>"`,
      (text) => `\u200b${text}\u200b`,
    );
    fc.assert(
      fc.property(reference, dress, (text, dressed) => {
        assert.deepEqual(device(dressed(text)), device(text));
        assert.deepEqual(command(`restrict ${dressed(text)}\u00a0why`), command(`restrict ${text} why`));
      }),
      { numRuns: 300 },
    );
  });
});

describe('parseCommand: status of a request or a device', () => {
  const cases: readonly [string, 'request' | 'device'][] = [
    ['7K3M-9Q2X', 'request'],
    ['7k3m9q2x', 'request'],
    ['#abcdefgh', 'request'],
    ['abcd-efgh', 'request'],
    ['server01', 'device'],
    ['abcdefgh', 'device'],
    ['"abcd-efgh"', 'device'],
    ['pc1', 'device'],
    [deviceId, 'device'],
  ];
  for (const [text, expected] of cases) {
    it(`${text} is a ${expected}`, () => {
      const read = command(`status ${text}`);
      assert.ok(read.kind === 'status' && read.about !== undefined);
      assert.ok(expected in read.about);
    });
  }

  it('says that “#12” is no id', () => {
    assert.match(problem('status #12').problem, /not the id of a request/);
  });
});

describe('parseCommand: usage errors', () => {
  it('say what was understood and finish the person’s own command', () => {
    assert.deepEqual(problem('/restrict PC7'), {
      verb: 'restrict',
      understood: 'I understood “restrict pc7”.',
      problem: 'The comment is missing. Defender keeps it with the action, and approvers decide by it.',
      example: 'restrict pc7 suspicious PowerShell, incident 4711',
    });
  });

  it('suggest the nearest command', () => {
    assert.match(problem('restirct pc1 why').problem, /Did you mean “restrict”\?/);
    assert.match(problem('aprove 7K3M-9Q2X').problem, /Did you mean “approve”\?/);
    assert.match(problem('helo').problem, /Did you mean “help”\?/);
    assert.match(problem('lnik').problem, /Did you mean “link”\?/);
    assert.match(problem('unlik').problem, /Did you mean “unlink”\?/);
    assert.equal(problem('unrestict pc1 why').example.split(' ')[0], 'unrestrict');
  });

  it('do not guess another of Defender’s actions', () => {
    assert.match(problem('isolate pc1 why').problem, /“isolate” is not a command\. Say “help”/);
    assert.equal(problem('isolate pc1 why').verb, undefined);
  });

  it('refuse words that would be dropped in silence', () => {
    for (const text of [
      'approve 7K3M-9Q2X 8A8A-8A8A',
      'withdraw 7K3M-9Q2X x',
      'sent 7K3M-9Q2X x',
      'resend 7K3M-9Q2X x',
      'list mine',
      'unlink me',
      'history pc1 pc2',
    ]) {
      assert.match(problem(text).problem, /too much/);
    }
  });

  it('name what is missing', () => {
    assert.match(problem('restrict').problem, /device and the comment are missing/);
    assert.match(problem('approve').problem, /request is missing/);
    assert.match(problem('cancel').problem, /request is missing/);
    assert.match(problem('cancel it now').problem, /“it” is not the id/);
    assert.match(problem('deny').problem, /reason are missing/);
    assert.match(problem('deny maybe no').problem, /“maybe” is not the id/);
  });

  it('never throw, and always show an example that is right', () => {
    const verb = fc.constantFrom(
      '',
      'restrict ',
      'status ',
      'approve ',
      'deny ',
      'history ',
      'list ',
      'link ',
      'restrct ',
    );
    const tail = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[<>|@#!&"'.:/a-z0-9 -]{0,30}$/));
    fc.assert(
      fc.property(verb, tail, (start, end) => {
        const parsed = parseCommand(start + end);
        if (!parsed.ok) assert.ok(parseCommand(parsed.problem.example).ok, parsed.problem.example);
      }),
      { numRuns: 1000 },
    );
  });
});
