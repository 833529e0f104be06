import { type ExportFilter, exportLines } from '../audit/export.js';
import { requestDocument } from '../audit/request-document.js';
import { readId } from '../request/request.js';
import { checkpoints, recordLines } from '../store/audit-lines.js';
import { version } from '../version.js';
import { readArguments } from './arguments.js';
import { keysOf, recordOf } from './audit-settings.js';
import { UsageError, type World } from './command-line.js';

const options = {
  format: { type: 'string', default: 'jsonl' },
  from: { type: 'string' },
  to: { type: 'string' },
  person: { type: 'string' },
  device: { type: 'string' },
  request: { type: 'string' },
  out: { type: 'string' },
} as const;

export async function auditExport(args: readonly string[], world: World): Promise<void> {
  const { values, positionals } = readArguments(args, options);
  if (positionals.length > 0)
    throw new UsageError(`“${positionals.join(' ')}” is too much. Write the file as --out <file>.`);
  const { format } = values;
  if (format !== 'jsonl' && format !== 'csv') throw new UsageError(`There is no format ${format}: say jsonl or csv.`);
  const { person, device } = values;
  const from = momentIn('from', values.from);
  const to = momentIn('to', values.to);
  const request = values.request === undefined ? undefined : readId(values.request);
  if (values.request !== undefined && request === undefined) {
    throw new UsageError(`${values.request} is no id of a request. It looks like 7K3M-9Q2X.`);
  }
  const filter: ExportFilter = {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(person !== undefined && { person }),
    ...(device !== undefined && { device }),
    ...(request !== undefined && { request }),
  };

  const record = await recordOf(world);
  try {
    const at = world.now();
    const id = world.newId();
    const actor = { kind: 'operator' as const, name: world.userName() };
    // First of all: what cannot be recorded is not done, and a whole export has its own event in it.
    await record.store.record([{ at, what: 'audit.exported', actor, detail: { export: id, format, filter } }]);
    const head = await record.head();
    const lines = recordLines(record.db, {
      last: head.seq,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(device !== undefined && { deviceId: device }),
      ...(request !== undefined && { requestId: request }),
    });
    const stored = request === undefined ? undefined : await record.store.request(request);
    const source = {
      lines,
      checkpoints: checkpoints(record.db),
      head,
      chained: await record.chained(head.seq),
      ...(request !== undefined && {
        request: (own: Parameters<typeof requestDocument>[2]) => requestDocument(request, stored && { ...stored }, own),
      }),
    };
    const written = await world.writeLines(
      values.out === '-' ? undefined : values.out,
      exportLines(source, { id, at, format, filter, keys: await keysOf(world), version }),
    );
    world.stderr(
      `${written} lines of export ${id} ${values.out === undefined ? 'printed' : `in ${values.out}`}. Check it with: npx cordon audit verify <file> --key <public.pem>\n`,
    );
  } finally {
    await record.store.close();
  }
}

function momentIn(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment)) {
    throw new UsageError(
      `--${name} ${text} is no time. Write 2026-11-25, or 2026-11-25T09:30:00Z; without a zone a day is UTC’s.`,
    );
  }
  return moment;
}
