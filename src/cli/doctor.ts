import { CordonError } from '../errors.js';
import type { ExamineOptions } from '../ops/doctor/examine.js';
import { readArguments } from './arguments.js';
import { type CliCommand, UsageError } from './command-line.js';

const options = {
  json: { type: 'boolean', default: false },
  url: { type: 'string' },
  'send-samples': { type: 'string' },
} as const;

export const doctor: CliCommand = {
  summary: 'looks at everything that Cordon needs to run, and says what to do',
  help: `cordon doctor [--url <address>] [--json]
  Looks at the settings, the policy with its people and channels, Slack, Teams, Entra, Defender, the clocks and the database, and says of
  each what was seen and what to do next. It changes nothing anywhere, and may run beside a running Cordon or before its first start. The
  settings are those of the environment, as for npm start.
  --url https://cordon.contoso.com   also asks the Cordon that is reached there whether it is live and ready
  --json                             for machines; docs/doctor.md has the fields
cordon doctor --send-samples slack:C0INCIDENT [--json]
  Posts a sample of each card in that conversation (or teams:<conversation id>), and does nothing else. Their buttons do nothing.
Exit code: 0 all is well, or there are warnings only; 1 something failed; 2 not understood.`,
  async run(args, world) {
    const { values, positionals } = readArguments(args, options);
    if (positionals.length > 0)
      throw new UsageError(`“${positionals.join(' ')}” is too much: cordon doctor takes options only.`);
    const url = addressIn(values.url);
    const samples = samplesIn(values['send-samples']);
    if (url !== undefined && samples !== undefined) throw new UsageError('Say either --url or --send-samples.');
    // Loaded here, so that the other commands need not wait for it.
    const [{ examine }, { reportOf }, { renderTable }, outside] = await Promise.all([
      import('../ops/doctor/examine.js'),
      import('../ops/doctor/report.js'),
      import('../ops/doctor/table.js'),
      world.outside(),
    ]);
    const { env, now } = world;
    const findings = await examine({ env, now, url, samples, ...outside });
    const report = reportOf(findings, now());
    world.stdout(values.json ? `${JSON.stringify(report, null, 2)}\n` : renderTable(report, world.columns));
    const { failed } = report.counts;
    if (failed > 0)
      throw new CordonError('doctor_failed', failed === 1 ? 'One thing failed.' : `${failed} things failed.`);
  },
};

function addressIn(url: string | undefined): string | undefined {
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url;
  throw new UsageError(`--url ${url} is no address: write https://cordon.contoso.com.`);
}

function samplesIn(where: string | undefined): ExamineOptions['samples'] {
  if (where === undefined) return undefined;
  const [, platform, conversation = ''] = /^(slack|teams):(\S+)$/.exec(where) ?? [];
  if (platform === 'slack' || platform === 'teams') return { platform, conversation };
  throw new UsageError(
    `--send-samples ${where} is no conversation: write slack:<channel id> or teams:<conversation id>.`,
  );
}
