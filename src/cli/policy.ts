import { nearest } from '../command/nearest.js';
import { type CliCommand, UsageError } from './command-line.js';
import { checkPolicy } from './policy-check.js';
import { explainPolicy } from './policy-explain.js';

const parts = { check: checkPolicy, explain: explainPolicy } as const;

export const policy: CliCommand = {
  summary: 'checks the policy file, and tells what it would decide and why',
  help: `cordon policy check [file] [--strict]
  Lists every mistake of the file (exit code 1), and what is hardly meant: groups that nobody uses, rules that never apply, rules that
  nobody can approve. --strict makes those count as mistakes. Without a file it is CORDON_POLICY, or policy.yaml.
cordon policy explain --as <person> [what is asked] [--policy <file>] [--json]
  Decides as Cordon would, without asking anybody, and prints the reasons. Exit code 0: allowed, or it waits for approvals; 1: not.
  --as slack:T012AB3CD:U045EF6GH         who asks; an id as in the policy file
  --action restrict|release              restrict if not given
  --device <file.json>                   a machine as Defender's API gives it; the options below change it
  --name, --os, --group, --value, --risk, --exposure, --health <text>, --tag <text> (repeatable)
  --channel slack:C0INCIDENT             where it is asked; --direct: in a direct message
  --at 2026-11-23T22:00:00Z              when, in ISO 8601; now if not given
  --comment "#malware on PC1"            the comment, for reason codes
  --approved-by, --denied-by <id,id>     who has voted so far
  --member group=id,id                   who is in a group, instead of what the file says (repeatable)
  --other-devices 12                     how many others they asked for just before, for ceilings`,
  async run(args, world) {
    const [part = '', ...rest] = args;
    if (!Object.hasOwn(parts, part)) throw new UsageError(unknownPart(part));
    await parts[part as keyof typeof parts](rest, world);
  },
};

function unknownPart(typed: string): string {
  const meant = nearest(typed, Object.keys(parts));
  if (meant !== undefined) return `There is no cordon policy ${typed}. Did you mean “${meant}”?`;
  return 'Say cordon policy check, or cordon policy explain.';
}
