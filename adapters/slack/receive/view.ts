import { z } from 'zod';
import { escape } from '../escape.js';
import { fields, readMetadata } from '../modal.js';
import { modals } from '../names.js';
import { id, ignore, malformed, type Received, slackAccount } from './received.js';

const envelope = z.object({ view: z.object({ callback_id: z.string() }) });

const submission = z.object({
  user: z.object({ id, team_id: id.optional() }),
  team: z.object({ id }).nullish(),
  view: z.object({
    id,
    hash: id,
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.unknown() }),
  }),
});

/** An empty input has the value `null`. */
const input = z.object({ input: z.object({ value: z.string().nullish() }) });
const choice = z.object({ input: z.object({ selected_option: z.object({ value: z.enum(['restrict', 'release']) }) }) });
const reasonForm = z.object({ [fields.reason]: input });
const restrictForm = z.object({ [fields.action]: choice, [fields.device]: input, [fields.comment]: input });

type Submission = z.infer<typeof submission>;

/** A submitted modal: the reason for a button, or the form of the message shortcut. */
export function readView(body: unknown): Received {
  const outer = envelope.safeParse(body);
  if (!outer.success) return malformed(outer.error);
  const { callback_id } = outer.data.view;
  if (callback_id !== modals.reason && callback_id !== modals.restrict) return ignore;
  const read = submission.safeParse(body);
  if (!read.success) return malformed(read.error);
  return callback_id === modals.reason ? readReason(read.data) : readRestrict(read.data);
}

function readReason(data: Submission): Received {
  const form = reasonForm.safeParse(data.view.state.values);
  if (!form.success) return malformed(form.error);
  const metadata = readMetadata(data.view.private_metadata);
  if (metadata?.token === undefined) return { kind: 'malformed', why: 'private_metadata is not that of the modal' };
  const reason = form.data[fields.reason].input.value?.trim() ?? '';
  if (reason === '') return { kind: 'correct', errors: { [fields.reason]: 'Say why, in a few words.' } };
  return incoming(data, metadata.origin, { kind: 'press', token: metadata.token, reason }, fields.reason);
}

function readRestrict(data: Submission): Received {
  const form = restrictForm.safeParse(data.view.state.values);
  if (!form.success) return malformed(form.error);
  const metadata = readMetadata(data.view.private_metadata);
  if (metadata === undefined) return { kind: 'malformed', why: 'private_metadata is not that of the modal' };
  const device = form.data[fields.device].input.value?.trim() ?? '';
  const comment = form.data[fields.comment].input.value?.trim() ?? '';
  const errors = {
    ...(/^\S+$/.test(device)
      ? {}
      : { [fields.device]: 'One word: a host name, device id, Entra device id or IP address.' }),
    ...(comment === '' ? { [fields.comment]: 'Say why: Defender and the approvers read it.' } : {}),
  };
  if (Object.keys(errors).length > 0) return { kind: 'correct', errors };
  // A modal hands over what was typed as it is, every other way in hands it over escaped: the parser expects the latter.
  const text = escape(`${form.data[fields.action].input.selected_option.value} ${device} ${comment}`);
  return incoming(data, metadata.origin, { kind: 'text', text }, fields.device);
}

function incoming(
  { user, team, view }: Submission,
  origin: Extract<Received, { kind: 'incoming' }>['incoming']['origin'],
  said: Extract<Received, { kind: 'incoming' }>['incoming']['said'],
  block: string,
): Received {
  const tenant = user.team_id ?? team?.id;
  if (tenant === undefined) return { kind: 'malformed', why: 'a submitted modal without team' };
  return {
    kind: 'incoming',
    incoming: { key: `slack:view:${view.id}:${view.hash}`, account: slackAccount(tenant, user.id), origin, said },
    answer: { by: 'field', block },
  };
}
